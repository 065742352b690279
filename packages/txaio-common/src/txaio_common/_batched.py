"""Batched timers: many delayed calls that share few timers of the loop.

Time is divided into buckets of equal width, numbered from zero; a call goes into the
first bucket whose edge, the end of its time, is not before the time at which it is due.
The loop has one timer for each bucket, at its edge.

Each message of a connection may cancel a call and make another, so this is written for
speed: handles have no `__init__`, a bucket is looked up only if a call does not go into
the one that was used last, and `call_later`, `BatchedCall.cancel` and `reset` spell out
the links: a method call for each would cost a fifth of the whole.

What has to hold:

- A call is in a bucket exactly as long as it is pending: `previous` is None otherwise.
- A bucket in `_buckets` is armed (has a `native` timer) or about to be retired.  When
  its timer fires it leaves `_buckets` and takes no more calls, so that a call that is
  made again from inside itself gets a later bucket (B2: `_fired`).
- A bucket that was emptied keeps its timer until the next turn of the loop: a lone
  connection empties its bucket with every message and fills it again at once.

- A time is a float: NumPy's float32 has too few digits for one, and is slower anyway.

`_bucket_runs` makes the calls of buckets that are due.
"""

from __future__ import annotations

from contextlib import suppress
from contextvars import copy_context
from functools import partial
from math import ceil, inf
from typing import Any

from txaio_common._bucket_runs import BucketRuns
from txaio_common._buckets import Bucket, Link
from txaio_common._checks import check_callable, check_delay
from txaio_common._driver import HasDriver
from txaio_common._timers import call_at, describe_call
from txaio_interfaces import IBatchedTimer, IDelayedCall


CLOCK_TOLERANCE = 1e-6
"""Seconds that do not count as early: clocks tick, and sums of floats are rounded."""


class BatchedCall(Link, IDelayedCall):
    """A call and its place in its bucket; in no bucket once made or cancelled."""

    __slots__ = ("args", "context", "func", "timer")

    next: Any
    previous: Any
    args: Any
    context: Any
    func: Any
    timer: BatchedTimer

    def __repr__(self) -> str:
        """Return what is called, and in how many seconds at the latest."""
        link = self.next
        while link is not None and not isinstance(link, Bucket):
            link = link.next
        due = inf if link is None else link.edge
        return describe_call(self, due, self.timer.backend.driver)

    def cancel(self) -> None:
        before = self.previous
        if before is None:
            return
        after = self.next
        before.next = after
        after.previous = before
        # The context goes with the handle.  Letting go of it here would double the cost
        # with a hundred thousand calls: each is in memory of its own.
        self.previous = self.next = self.func = self.args = None
        if before is after:
            before.retire_if_empty()

    def reset(self, delay: float) -> bool:
        before = self.previous
        if before is None:
            return False
        timer = self.timer
        try:
            when = timer.backend.driver.now() + delay
            if type(when) is not float:
                raise TypeError  # noqa: TRY301 - a function would take as long again
            bucket = (
                timer.latest if timer.low < when <= timer.high else timer.bucket(when)
            )
        except (TypeError, OverflowError):
            bucket = timer.bucket(timer.backend.driver.now() + check_delay(delay))
        after = self.next
        before.next = after
        after.previous = before
        if before is after and before is not bucket:
            before.retire_if_empty()
        self.next = bucket
        self.previous = last = bucket.previous
        last.next = bucket.previous = self
        return True


class BatchedTimer(IBatchedTimer):
    """Buckets by number, behind a cache of the one that was used last."""

    __slots__ = (
        "_buckets",
        "_fired",
        "_never",
        "_retiring",
        "_runs",
        "_width",
        "backend",
        "high",
        "latest",
        "low",
    )

    backend: HasDriver
    latest: Bucket
    """The bucket that was used last, for times above *low* and up to *high*."""
    low: float
    high: float

    def __init__(
        self, backend: HasDriver, bucket_seconds: float, chunk_size: int
    ) -> None:
        """Use the clock and the timers of the driver that *backend* has."""
        self.backend = backend
        # The number of a bucket has to be a number that floats can tell apart.
        self._width = max(float(bucket_seconds), CLOCK_TOLERANCE)
        self._runs = BucketRuns(backend, self._width, chunk_size)
        self._buckets: dict[int, Bucket] = {}
        self._retiring: list[Bucket] = []
        self._never = Bucket(inf, inf, self._retire_soon)
        self._fired = -1
        self.low, self.high = inf, -inf

    def __repr__(self) -> str:
        """Return the width of the buckets."""
        return f"<{type(self).__name__} with buckets of {self._width:g} s>"

    def call_later(
        self, delay: float, func: Any, /, *args: Any, **kwargs: Any
    ) -> IDelayedCall:
        if not callable(func):  # Asked here, it costs half as much.
            check_callable(func, "func")
        try:
            when = self.backend.driver.now() + delay
            if type(when) is not float:
                raise TypeError  # noqa: TRY301 - a function would take as long again
            bucket = self.latest if self.low < when <= self.high else self.bucket(when)
        except (TypeError, OverflowError):
            bucket = self.bucket(self.backend.driver.now() + check_delay(delay))
        call = BatchedCall()
        call.timer = self
        call.func = partial(func, **kwargs) if kwargs else func
        call.args = args
        call.context = copy_context()
        call.next = bucket
        call.previous = last = bucket.previous
        last.next = bucket.previous = call
        return call

    def bucket(self, when: float) -> Bucket:
        """Return the bucket whose edge is the first at or after *when*."""
        if when != when:  # noqa: PLR0124 - NaN alone differs from itself
            msg = "delay must be a number of seconds, not NaN"
            raise ValueError(msg)
        width = self._width
        driver = self.backend.driver
        number = max(when, driver.now()) / width
        if number == inf:
            return self._never
        key = max(ceil(number), self._fired + 1)
        if key * width < when:  # The division rounds, and no call may be early.
            key += 1
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = Bucket(key, key * width, self._retire_soon)
            fire = partial(self._fire, bucket)
            bucket.native = call_at(driver, bucket.edge, fire)
            self._buckets[key] = bucket
        self.latest = bucket
        self.low, self.high = bucket.edge - width, bucket.edge
        return bucket

    def _close(self, bucket: Bucket) -> None:
        """Take no more calls into *bucket*."""
        del self._buckets[int(bucket.key)]
        bucket.native = None
        if self.latest is bucket:
            self.low, self.high = inf, -inf

    def _retire_soon(self, bucket: Bucket) -> None:
        """Give up the timer of *bucket* in the next turn, if it is empty then."""
        self._retiring.append(bucket)
        if len(self._retiring) == 1:
            with suppress(RuntimeError):  # The loop has ended, with all its timers.
                self.backend.driver.call_soon_unordered(self._retire)

    def _retire(self) -> None:
        retiring, self._retiring = self._retiring, []
        for bucket in retiring:
            bucket.retiring = False
            native = bucket.native
            if native is None or bucket.next is not bucket:
                continue
            if self._buckets.get(int(bucket.key)) is bucket:
                self._close(bucket)
                native.cancel()
                bucket.end()
            else:
                self._runs.give_up(native)

    def _fire(self, bucket: Bucket) -> None:
        """Make the calls of *bucket*, unless its timer fired early."""
        driver = self.backend.driver
        if driver.has_ended:
            return
        if bucket.edge - driver.now() > CLOCK_TOLERANCE:
            # The loop's own clock was set, as wall clocks are.
            fire = partial(self._fire, bucket)
            bucket.native = driver.call_at(bucket.edge, fire)
            return
        self._close(bucket)
        self._fired = int(bucket.key)
        self._runs.add(bucket)
