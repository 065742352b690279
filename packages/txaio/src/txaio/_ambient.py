"""What the backends of the facade do about loops that come and go.

An application may select a backend before there is a loop, run one loop after the
other, or assign another to `txaio.config.loop`.  So the facade's own backends work on
an object that stands in for a loop, and looks the loop up at each use.

That does not do for batched timers, whose buckets belong to the timers of one loop:
`AmbientTimer` has one batched timer for each loop.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, Generic, TypeVar, cast

from txaio_common import check_batches
from txaio_interfaces import IBackend, IBatchedTimer, IDelayedCall


T = TypeVar("T")


class PerLoop(Generic[T]):
    """Makes an object for each loop, and remembers the last."""

    def __init__(self, find_loop: Callable[[], Any], make: Callable[[Any], T]) -> None:
        """Find the loop by *find_loop*, and call *make* with it."""
        self._find_loop = find_loop
        self._make = make
        self._last: tuple[Any, T | None] = (None, None)

    def current(self) -> T:
        """Return the object of the loop to use now."""
        loop = self._find_loop()
        last, made = self._last
        if made is None or last is not loop:
            made = self._make(loop)
            self._last = loop, made
        return made


class AmbientTimer(IBatchedTimer):
    """A batched timer on the loop that is current when a call is made."""

    def __init__(
        self, per_loop: PerLoop[Any], bucket_seconds: float, chunk_size: int
    ) -> None:
        """Make timers with the backends of *per_loop*."""
        self._per_loop = per_loop
        self._arguments = bucket_seconds, chunk_size
        self._last: tuple[IBackend | None, Any] = (None, None)

    def call_later(
        self, delay: float, func: Callable[..., object], /, *args: Any, **kwargs: Any
    ) -> IDelayedCall:
        backend = self._per_loop.current()
        last, timer = self._last
        if last is not backend:
            timer = backend.make_batched_timer(*self._arguments)
            self._last = backend, timer
        call: IDelayedCall = timer.call_later(delay, func, *args, **kwargs)
        return call


class AmbientBackend(ABC):
    """What is the same in each backend on the loop that is current at each use."""

    _per_loop: PerLoop[IBackend]
    """The backends for batched timers."""

    @abstractmethod
    def on_loop(self, loop: Any) -> IBackend:
        """Return a backend on *loop*."""

    def with_config(self, loop: Any = None) -> IBackend:
        """Return a backend on *loop*, which may be one itself; without, this one."""
        if isinstance(loop, IBackend):
            return loop
        return cast("IBackend", self) if loop is None else self.on_loop(loop)

    def make_batched_timer(
        self, bucket_seconds: float, chunk_size: int = 100
    ) -> IBatchedTimer:
        check_batches(bucket_seconds, chunk_size)
        return AmbientTimer(self._per_loop, bucket_seconds, chunk_size)
