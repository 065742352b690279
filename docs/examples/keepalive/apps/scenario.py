"""The scenario of the demo, which is the same on every loop.

The server gives each peer a fixed number of rounds, and pings it again only after its
pong: so the numbers are the same on every machine.
"""

from __future__ import annotations

import gc
import math
import time
from typing import TYPE_CHECKING

from tally import (
    ANSWERS_OF_THE_LOST,
    LOST,
    PEERS,
    PONGS,
    ROUNDS,
    VANISHING,
    DeliberateError,
)

from keepalive import Ending, KeepAlive


if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import NoReturn

    from tally import Tally

    from keepalive import Drop, Peer, Write
    from txaio_interfaces import IBackend, IFuture

    Join = Callable[[Write, Drop], Peer]

INTERVAL = 0.4
TIMEOUT = 1.5
"""Seconds that are enough for answers on a busy machine."""

BUCKET = 0.05

PONGS_PER_STEP = PONGS // 10
"""The number of pongs after which progress is shown."""


class Scenario:
    """The server and its clients, without their sockets.

    *native_timers* returns the number of timers that the loop itself has.
    """

    def __init__(
        self, txa: IBackend, tally: Tally, native_timers: Callable[[], int]
    ) -> None:
        txa.set_global_log_level("error")  # Dropped peers are planned here.
        self.tally = tally
        self.server = KeepAlive(txa, interval=INTERVAL, timeout=TIMEOUT, bucket=BUCKET)
        self._clients = KeepAlive(txa, interval=math.inf)
        self._txa = txa
        self._native_timers = native_timers
        self._watches: list[IFuture[None]] = []
        self._started = txa.time()

    def accept(self, write: Write, drop: Drop) -> Peer:
        """Return the server's peer for a connection that came in."""
        self.tally.peers += 1
        peer = Served(self, write, drop).peer
        self._watches.append(self._txa.as_future(self._watch, peer))
        return peer

    def connect(self, number: int, write: Write, drop: Drop) -> Peer:
        """Return the peer of client *number*, which answers pings, or only a few."""
        answer = write
        if number < LOST:
            answer = FewAnswers(write, drop if number < VANISHING else None).answer
        return self._clients.add(answer, drop)

    async def finish(self) -> None:
        """Wait until all peers have ended and all errors were reported."""
        await self._txa.gather(self._watches, consume_exceptions=False)
        for _ in range(20):
            # PyPy reports an unretrieved failure when it collects the future.
            gc.collect()
            await self._txa.sleep(BUCKET)
            if self.tally.errors_reported >= self.tally.errors_caused:
                break
        self.tally.seconds = self._txa.time() - self._started

    def pong_received(self) -> None:
        """Count a pong, and once in each round the timers of the loop."""
        tally = self.tally
        tally.pongs += 1
        if tally.pongs % PONGS_PER_STEP == 0:
            print(f"{tally.pongs} pongs", flush=True)
        if tally.pongs % PEERS == 0:
            tally.native_timers = max(tally.native_timers, self._native_timers())
            tally.timers = max(tally.timers, len(self.server.peers))

    async def _watch(self, peer: Peer) -> None:
        ending = await peer.gone()
        if ending is not Ending.STOPPED:
            self.tally.silent += ending is Ending.SILENT
            self.tally.vanished += ending is Ending.LOST
            self._cause_errors(peer)

    def _cause_errors(self, peer: Peer) -> None:
        """Cause an error in each way that only the backend can report."""
        txa = self._txa
        txa.add_callbacks(peer.gone(), fail, None)
        txa.call_later(0, fail)
        self.server.timer.call_later(0, fail)
        txa.as_future(fail_in_coroutine)
        txa.create_future_error(DeliberateError())
        self.tally.errors_caused += 5


def fail(*_: object) -> NoReturn:
    """Be a callback that fails, with any arguments."""
    raise DeliberateError


async def fail_in_coroutine() -> NoReturn:
    """Be a coroutine function that fails."""
    raise DeliberateError


class Served:
    """The server's side of a connection, which counts and measures."""

    def __init__(self, scenario: Scenario, write: Write, drop: Drop) -> None:
        self._scenario = scenario
        self._write = write
        self._drop = drop
        self._pinged_at = 0.0
        self.peer = scenario.server.add(self._ping, self._give_up, self._pong)

    def _ping(self, data: bytes) -> None:
        # The clock of the process, as the backend's is what is being tested.
        self._pinged_at = time.monotonic()
        self._write(data)
        self._scenario.tally.pings += 1

    def _pong(self, peer: Peer) -> None:
        self._scenario.pong_received()
        if peer.round_trips.count == ROUNDS:
            peer.stop()
            self._drop()

    def _give_up(self) -> None:
        tally = self._scenario.tally
        late = time.monotonic() - self._pinged_at - TIMEOUT
        tally.early += late < 0
        tally.late = max(tally.late, late)
        self._drop()


class FewAnswers:
    """The writing half of a client that answers only a few pings.

    It then disconnects by *drop*, or stays connected without answering if that is None.
    """

    def __init__(self, write: Write, drop: Drop | None) -> None:
        self._write = write
        self._drop = drop
        self._answered = 0

    def answer(self, pong: bytes) -> None:
        """Write *pong*, as one of the few answers."""
        if self._answered < ANSWERS_OF_THE_LOST:
            self._answered += 1
            self._write(pong)
        elif self._drop is not None:
            self._drop()
