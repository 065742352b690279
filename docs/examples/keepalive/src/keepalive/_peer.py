"""A peer: its pings, its pongs and its end."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import TYPE_CHECKING, TypeAlias

from keepalive._roundtrips import RoundTrips
from keepalive._wire import PING, PONG, Decoder, encode


if TYPE_CHECKING:
    from keepalive._keepalive import KeepAlive
    from txaio_interfaces import IFuture

Write: TypeAlias = Callable[[bytes], object]
Drop: TypeAlias = Callable[[], object]


class Ending(Enum):
    """Why a peer has ended."""

    SILENT = "it did not answer in time"
    GARBLED = "it sent an invalid frame"
    LOST = "its connection was lost"
    STOPPED = "it was stopped"


class Peer:
    """The other end of one connection; made by `KeepAlive.add`."""

    def __init__(
        self,
        keeper: KeepAlive,
        write: Write,
        drop: Drop,
        on_pong: Callable[[Peer], object] | None,
    ) -> None:
        self._keeper = keeper
        self._write = write
        self._drop = drop
        self._on_pong = on_pong
        self._decoder = Decoder()
        self._gone: IFuture[Ending] = keeper.backend.create_future()
        self.pings = 0
        self.round_trips = RoundTrips()
        self._pinged_at = 0.0
        self._awaits_pong = False
        self._arm(keeper.interval)

    def data_received(self, data: bytes) -> None:
        """Process *data* from the peer; errors of *on_pong* are raised here."""
        for kind, number in self._decoder.feed(data):
            if self._has_ended():
                return
            if kind == PING:
                self._write(encode(PONG, number))
            elif kind == PONG:
                self._pong(number)
            else:
                self._give_up(Ending.GARBLED)

    def connection_lost(self) -> None:
        """End the peer, as its connection was lost."""
        self._end(Ending.LOST)

    def stop(self) -> None:
        """End the peer, and leave its connection open."""
        self._end(Ending.STOPPED)

    def gone(self) -> IFuture[Ending]:
        """Return a future of the peer's end; cancelling it affects no other."""
        return self._keeper.backend.shield(self._gone)

    def _arm(self, delay: float) -> None:
        self._due_at = self._keeper.backend.time() + delay
        self._call = self._keeper.timer.call_later(delay, self._due)

    def _due(self) -> None:
        if not self._awaits_pong:
            self._ping()
        elif self._overslept():
            self._arm(self._keeper.timeout)
        else:
            self._give_up(Ending.SILENT)

    def _overslept(self) -> bool:
        # A program that was suspended, or blocked its loop, has not read either: the
        # pong may wait in the socket, so the peer gets the timeout once more.
        late = self._keeper.backend.time() - self._due_at
        return late > 2 * self._keeper.bucket

    def _ping(self) -> None:
        self.pings += 1
        self._pinged_at = self._keeper.backend.time()
        self._awaits_pong = True
        try:
            self._write(encode(PING, self.pings))
        finally:
            # The pong, or the end, may have come from inside *write*.
            if not self._has_ended():
                self._arm(self._pause())

    def _pong(self, number: int) -> None:
        if not self._awaits_pong or number != self.pings:
            return
        self._awaits_pong = False
        seconds = self._keeper.backend.time() - self._pinged_at
        self.round_trips.add(seconds)
        self._keeper.log.debug(
            "pong {number} took {seconds:.6f} s", number=number, seconds=seconds
        )
        self._call.reset(self._pause())
        if self._on_pong is not None:
            self._on_pong(self)

    def _pause(self) -> float:
        """Return the seconds until the next ping, or the end of the timeout."""
        if self._awaits_pong:
            return self._keeper.timeout
        waited = self._keeper.backend.time() - self._pinged_at
        return max(0.0, self._keeper.interval - waited)

    def _give_up(self, ending: Ending) -> None:
        self._keeper.log.warn(
            "peer dropped after {pings} pings: {why}",
            pings=self.pings,
            why=ending.value,
        )
        self._end(ending)
        self._drop()

    def _end(self, ending: Ending) -> None:
        if self._has_ended():
            return
        self._call.cancel()
        self._keeper.peers.discard(self)
        self._keeper.backend.resolve(self._gone, ending)

    def _has_ended(self) -> bool:
        return self._keeper.backend.is_called(self._gone)
