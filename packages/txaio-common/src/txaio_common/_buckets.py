"""Buckets of delayed calls, linked to their handles.

A bucket is a circular doubly linked list whose nodes are the handles themselves:
one object a call, unlinked in a few assignments.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from txaio_common._checks import check_delay
from txaio_interfaces import IDelayedCall


if TYPE_CHECKING:
    from txaio_common._batches import BatchedTimer
    from txaio_common._timers import NativeCall


class _Link:
    """A place in the circle of a bucket."""

    __slots__ = ("next", "previous")

    next: Any
    previous: Any


class BatchedCall(_Link, IDelayedCall):
    """A call and its place in its bucket; in no bucket once made or cancelled."""

    __slots__ = ("args", "context", "func", "timer")

    args: Any
    context: Any
    func: Any
    next: Any
    previous: Any
    timer: BatchedTimer

    def cancel(self) -> None:
        before = self.previous
        if before is None:
            return
        after = self.next
        before.next = after
        after.previous = before
        # The context goes with the handle: to let it go here, among a hundred thousand,
        # would double the cost.
        self.previous = self.next = self.func = self.args = None
        if before is after:
            before.emptied()

    def reset(self, delay: float) -> bool:
        before = self.previous
        if before is None:
            return False
        timer = self.timer
        try:
            when = timer._timers._now() + delay
            if timer._low < when <= timer._high:
                bucket = timer._latest
            else:
                bucket = timer._bucket(when)
        except (TypeError, OverflowError):
            bucket = timer._bucket(timer._timers._now() + check_delay(delay))
        after = self.next
        before.next = after
        after.previous = before
        if before is after and before is not bucket:
            before.emptied()
        self.next = bucket
        self.previous = last = bucket.previous
        last.next = bucket.previous = self
        return True


class Bucket(_Link):
    """The calls that are made together once *edge*, a time in seconds, is reached."""

    __slots__ = ("_timer", "edge", "idle", "key", "native")

    def __init__(self, timer: BatchedTimer, key: float, edge: float) -> None:
        """Make an empty bucket."""
        self.next = self.previous = self
        self._timer = timer
        self.key = key
        self.edge = edge
        self.idle = False
        self.native: NativeCall | None = None

    def emptied(self) -> None:
        """Give the native timer up in the next turn, unless in use again by then.

        A lone connection that re-arms empties its bucket with every message.
        """
        if self.native is not None and not self.idle:
            self.idle = True
            self._timer._retire_soon(self)


class Marker(_Link):
    """Keeps a place among the calls of a bucket that takes no more of them."""

    __slots__ = ()

    def __init__(self, bucket: Bucket) -> None:
        """Stand before the first call."""
        self.put_before(bucket.next)

    def put_before(self, link: _Link) -> None:
        """Stand before *link*."""
        self.next = link
        self.previous = before = link.previous
        before.next = link.previous = self

    def take_out(self) -> Any:
        """Stand nowhere, and return what came next."""
        after = self.next
        self.previous.next = after
        after.previous = self.previous
        return after
