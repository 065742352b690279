"""Making the calls of the buckets of a batched timer that are due.

A bucket that is due waits in a queue until those before it have been run, so
that one chunk is made in a turn of the loop, however many buckets are due: after a
stall there may be hundreds.

The calls of a bucket are counted, in pieces with turns of the loop between, since the
pace depends on their number; meanwhile calls may be cancelled or moved.  Then a chunk
is made, and the loop gets its turn.  Ten chunks follow each other, turn by turn; the
next ten are due so much later that the calls are spread over the time of one bucket.

Where the loop's turns are too long for that, a chunk a turn would take many times as
long: a bucket that is behind its pace makes several chunks in a turn, but for no longer
than the loop has let it wait.
"""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from math import ceil
from types import CoroutineType

from txaio_common._buckets import Bucket, Link
from txaio_common._checks import reject_unawaited_coroutine
from txaio_common._driver import Handle, HasDriver
from txaio_common._timers import AS_LATER_FUTURE, call_at, report_call


CHUNKS_PER_BURST = 10
"""How many chunks follow each other, turn by turn, between two pauses.

A timer that wakes the loop costs more than a turn of a loop that is awake.
"""

COUNTED_PER_TURN = 2000
"""How many calls of a bucket are counted before the loop gets its turn."""


class BucketRuns:
    """The buckets that are due, the first of which is being run."""

    __slots__ = (
        "_backend",
        "_began_at",
        "_chunk_size",
        "_due_at",
        "_made",
        "_marker",
        "_queue",
        "_total",
        "_width",
    )

    _total: int
    """How many calls of the first bucket are counted."""
    _made: int
    """How many of them are made, in whole chunks."""
    _began_at: float
    _due_at: float
    """When the first call was made, and when the next chunk was to be made."""

    def __init__(self, backend: HasDriver, width: float, chunk_size: int) -> None:
        """Make *chunk_size* calls in one go, all of a bucket in *width* seconds."""
        self._backend = backend
        self._width = width
        self._chunk_size = chunk_size
        self._queue: deque[Bucket] = deque()
        self._marker = Link()
        """The place up to which the calls of the first bucket are counted."""

    def add(self, bucket: Bucket) -> None:
        """Make the calls of *bucket*, which takes no more of them."""
        driver = self._backend.driver
        self._queue.append(bucket)
        if len(self._queue) > 1:
            return
        if driver.now() - bucket.edge > self._width:
            # Others are due in this turn, too.
            driver.call_soon(self._begin)
        else:
            self._begin()

    def give_up(self, pause: Handle) -> None:
        """Go on with the next: all that was left after the *pause* is cancelled."""
        pause.cancel()
        self._end_first()

    def _end_first(self) -> None:
        self._queue.popleft().end()
        if self._queue:
            self._backend.driver.call_soon(self._begin)

    def _begin(self) -> None:
        self._marker.insert_before(self._queue[0].next)
        self._total = self._made = 0
        self._count()

    def _count(self) -> None:
        if self._backend.driver.has_ended:
            return
        bucket = self._queue[0]
        call = self._marker.unlink()
        limit = self._total + COUNTED_PER_TURN
        while call is not bucket and self._total < limit:
            self._total += 1
            call = call.next
        if call is not bucket:
            self._marker.insert_before(call)
            self._backend.driver.call_soon(self._count)
        else:
            self._began_at = self._due_at = self._backend.driver.now()
            self._run()

    def _run(self) -> None:
        """Make a chunk of calls, more of them if behind, and have the rest follow."""
        driver = self._backend.driver
        if driver.has_ended:
            return
        bucket = self._queue[0]
        bucket.native = None
        now = driver.now()
        limit = now + (now - self._due_at)
        while True:
            try:
                self._run_chunk(bucket)
            except BaseException:
                self._run_all()
                raise
            if bucket.next is bucket:
                self._end_first()
                return
            now = driver.now()
            if now >= limit or not self._is_behind(now):
                break
        burst = self._chunk_size * CHUNKS_PER_BURST
        pauses = self._made // burst
        when = self._began_at + pauses * self._width / ceil(self._total / burst)
        self._due_at = max(when, now)
        bucket.native = call_at(driver, when, self._run)

    def _is_behind(self, now: float) -> bool:
        return self._made * self._width < self._total * (now - self._began_at)

    def _run_all(self) -> None:
        """Make all calls that are left: the program ends, and with it its loop."""
        while self._queue:
            bucket = self._queue[0]
            while bucket.next is not bucket:
                with suppress(KeyboardInterrupt, SystemExit):
                    self._run_chunk(bucket)
            self._queue.popleft()

    def _run_chunk(self, bucket: Bucket) -> None:
        self._made += self._chunk_size
        for _ in range(self._chunk_size):
            call = bucket.next
            if call is bucket:
                return
            bucket.next = after = call.next
            after.previous = bucket
            context, func, args = call.context, call.func, call.args
            call.previous = call.next = call.func = call.args = call.context = None
            try:
                result = context.run(func, *args)
                if type(result) is CoroutineType:
                    reject_unawaited_coroutine(result, func, AS_LATER_FUTURE)
                del args, result  # As in `DelayedCall`.
            except (KeyboardInterrupt, SystemExit):
                raise
            except BaseException as error:  # noqa: BLE001 - cancellations, too
                report_call(self._backend, context, func, error)
