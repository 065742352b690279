"""Many delayed calls that share few native timers."""

from __future__ import annotations

from contextlib import suppress
from contextvars import copy_context
from functools import partial
from math import ceil, inf
from types import CoroutineType
from typing import TYPE_CHECKING, Any

from txaio_common._buckets import BatchedCall, Bucket, Marker
from txaio_common._checks import check_callable, check_delay
from txaio_common._coroutine_functions import check_runs
from txaio_interfaces import IBatchedTimer


if TYPE_CHECKING:
    from txaio_common._timers import Timers
    from txaio_interfaces import IDelayedCall

GRAIN = 1e-6
"""So many seconds are not early: clocks tick, and sums of floats are rounded."""

BURST = 10
"""How many chunks follow each other, turn by turn, between two pauses.

A timer that wakes the loop costs more than a turn of a loop that is awake.
"""

COUNTED_PER_TURN = 2000
"""How many calls of a bucket are counted before the loop gets its turn."""


class BatchedTimer(IBatchedTimer):
    """Buckets by number, behind a cache of the one that was used last."""

    __slots__ = (
        "_buckets",
        "_chunk_size",
        "_fired",
        "_high",
        "_idle",
        "_latest",
        "_low",
        "_never",
        "_timers",
        "_width",
    )

    def __init__(self, timers: Timers, bucket_seconds: float, chunk_size: int) -> None:
        """Take the clock and the native timers of *timers*."""
        self._timers = timers
        # Buckets that no clock tells apart would be too many to be numbered.
        self._width = max(float(bucket_seconds), GRAIN)
        self._chunk_size = chunk_size
        self._buckets: dict[int, Bucket] = {}
        self._idle: list[Bucket] = []
        self._never = Bucket(self, inf, inf)
        self._fired = -1
        self._forget_latest()

    def call_later(
        self, delay: float, func: Any, /, *args: Any, **kwargs: Any
    ) -> IDelayedCall:
        if not callable(func):  # Asked here, it costs half as much.
            check_callable(func, "func")
        try:
            when = self._timers._now() + delay
            bucket = (
                self._latest if self._low < when <= self._high else self._bucket(when)
            )
        except (TypeError, OverflowError):
            bucket = self._bucket(self._timers._now() + check_delay(delay))
        call = BatchedCall()
        call.timer = self
        call.func = partial(func, **kwargs) if kwargs else func
        call.args = args
        call.context = copy_context()
        call.next = bucket
        call.previous = last = bucket.previous
        last.next = bucket.previous = call
        return call

    def _bucket(self, when: float) -> Bucket:
        """Return the bucket whose edge is the first at or after *when*."""
        if when != when:  # noqa: PLR0124 - NaN alone differs from itself
            msg = "delay must be a number of seconds, not NaN"
            raise ValueError(msg)
        width = self._width
        now = self._timers._now()
        number = max(when, now) / width
        if number == inf:
            return self._never
        key = max(ceil(number), self._fired + 1)
        if key * width < when:  # The division rounds, and no call may be early.
            key += 1
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = Bucket(self, key, key * width)
            bucket.native = self._timers._arm(
                bucket.edge - now, partial(self._fire, bucket)
            )
            self._buckets[key] = bucket
        self._latest = bucket
        self._low, self._high = bucket.edge - width, bucket.edge
        return bucket

    def _forget_latest(self) -> None:
        self._latest = self._never
        self._low, self._high = inf, -inf

    def _close(self, bucket: Bucket) -> None:
        """Take no more calls into *bucket*."""
        del self._buckets[int(bucket.key)]
        bucket.native = None
        if self._latest is bucket:
            self._forget_latest()

    def _retire_soon(self, bucket: Bucket) -> None:
        self._idle.append(bucket)
        if len(self._idle) == 1:
            with suppress(RuntimeError):  # The loop has ended, with all its timers.
                self._timers._tidy_soon(self._retire)

    def _retire(self) -> None:
        idle, self._idle = self._idle, []
        for bucket in idle:
            bucket.idle = False
            native = bucket.native
            if native is not None and bucket.next is bucket:
                self._close(bucket)
                native.cancel()

    def _fire(self, bucket: Bucket) -> None:
        early = bucket.edge - self._timers._now()
        if early > GRAIN:  # The loop's own clock was set, as wall clocks are.
            bucket.native = self._timers._arm(early, partial(self._fire, bucket))
            return
        self._close(bucket)
        self._fired = int(bucket.key)
        self._count(bucket, Marker(bucket), 0)

    def _count(self, bucket: Bucket, marker: Marker, counted: int) -> None:
        """Count the calls after *marker*, on which the pauses between chunks depend.

        Between two turns the calls on both sides of it may be moved or cancelled.
        """
        call = marker.take_out()
        limit = counted + COUNTED_PER_TURN
        while call is not bucket and counted < limit:
            counted += 1
            call = call.next
        if call is not bucket:
            marker.put_before(call)
            self._timers._call_soon(partial(self._count, bucket, marker, counted))
        else:
            bursts = max(1, ceil(counted / (self._chunk_size * BURST)))
            self._run(bucket, self._width / bursts, self._timers._now(), BURST)

    def _run(self, bucket: Bucket, pause: float, due: float, left: int) -> None:
        """Make a chunk of calls, the next of *left*, and have the rest follow."""
        try:
            self._run_chunk(bucket)
        except BaseException:
            self._work_off(bucket)
            raise
        if bucket.next is bucket:
            return
        if left > 1:
            rest = partial(self._run, bucket, pause, due, left - 1)
            self._timers._call_soon(rest)
        else:
            due += pause
            rest = partial(self._run, bucket, pause, due, BURST)
            self._timers._arm(due - self._timers._now(), rest)

    def _work_off(self, bucket: Bucket) -> None:
        """Make all calls that are left: the program ends, and with it its loop."""
        while bucket.next is not bucket:
            with suppress(KeyboardInterrupt, SystemExit):
                self._run_chunk(bucket)

    def _run_chunk(self, bucket: Bucket) -> None:
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
                    check_runs(result, func)
            except (KeyboardInterrupt, SystemExit):
                raise
            except BaseException as error:  # noqa: BLE001 - cancellations, too
                text = f"error in a batched call of {func!r}"
                context.run(self._timers._report, text, error)
