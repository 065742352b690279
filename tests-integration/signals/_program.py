"""A busy program, which a signal ends.

Coroutines start others, which end at once or sleep; timers and batched timers are made,
moved and cancelled; futures have callbacks.  So a signal comes while any part of a
backend runs.  Whatever began has clean-up, part of it inside `uncancelled`.
"""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from typing import Any


WORKERS = 4
INTERRUPTED = 3
CANCELLED = 4
UNCLEAN = 5
"""Exit statuses: of KeyboardInterrupt, of CancelledError, and without some clean-up."""


class Program:
    """What a run of the program has done."""

    def __init__(self, ready: int, *, handles: bool) -> None:
        """Write to the descriptor *ready* when it works, and maybe handle SIGTERM."""
        self._ready = ready
        self._handles = handles
        self.open: set[int] = set()
        """Workers that have begun, and have not cleaned up."""
        self.begun = 0

    async def main(self, txa: Any) -> None:
        """Work until a signal that is handled."""
        stop = txa.create_future()
        if self._handles:

            def ask() -> None:
                if not txa.is_called(stop):
                    txa.resolve(stop)

            signal.signal(signal.SIGTERM, lambda *_: txa.call_from_thread(ask))
        for _ in range(WORKERS):
            txa.as_future(self.work, txa)
        txa.call_later(0.001, os.write, self._ready, b"!")
        self.open.add(0)
        try:
            await stop
        finally:
            await txa.uncancelled(txa.sleep, 0.001)
            self.open.discard(0)

    async def work(self, txa: Any) -> None:
        """Be busy until cancelled, and clean up."""
        number = self.begun = self.begun + 1
        timer = txa.make_batched_timer(0.005)
        try:
            self.open.add(number)
            while True:
                await self.turn(txa, timer)
        finally:
            await txa.uncancelled(self.clean_up, txa, number)

    async def turn(self, txa: Any, timer: Any) -> None:
        """Use a bit of everything."""
        future = txa.create_future()
        txa.add_callbacks(future, id, id)
        call, batched = txa.call_later(0.01, id, 1), timer.call_later(0.01, id, 1)
        txa.call_later(0, txa.resolve, future)
        await txa.gather([txa.as_future(self.child, txa) for _ in range(3)])
        await future
        call.reset(0.02)
        batched.reset(0.02)
        call.cancel()
        batched.cancel()
        with suppress(TimeoutError):
            await txa.timeout(txa.sleep(0.002), 0.001)

    async def child(self, txa: Any) -> None:
        """End soon."""
        await txa.sleep(0)

    async def clean_up(self, txa: Any, number: int) -> None:
        """Clean up what a worker has, which takes a while."""
        await txa.sleep(0.002)
        self.open.discard(number)

    def run(self, run: Any) -> int:
        """Run on the loop of *run*; return the exit status."""
        # Where a shell starts it in the background, SIGINT is ignored.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        status = 0
        try:
            run(self.main)
        except KeyboardInterrupt:
            status = INTERRUPTED
        except BaseException as error:
            if type(error).__name__ != "CancelledError":
                raise
            status = CANCELLED
        return UNCLEAN if self.open else status
