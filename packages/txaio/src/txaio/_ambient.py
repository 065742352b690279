"""A backend whose loop is looked up at each use.

An application may select a backend before there is a loop, run one loop after the
other, or assign another to `txaio.config.loop`.
Timers know their loop, and so each loop gets a backend of its own for them.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import Any

from txaio_common import Timers
from txaio_interfaces import IBackend, IBatchedTimer, IDelayedCall, IFuture


class Ambient(Timers):
    """What needs a loop is done by the backend of the loop that there is."""

    _last: tuple[Any, IBackend | None] = (None, None)
    """The loop that was used last, and its backend."""

    @abstractmethod
    def _find_loop(self) -> Any:
        """Return the loop to use now."""

    @abstractmethod
    def on_loop(self, loop: Any) -> IBackend:
        """Return a backend on *loop*, whatever that is."""

    def with_config(self, loop: Any = None) -> IBackend:
        """Return the functions on *loop*, or these."""
        if isinstance(loop, IBackend):
            return loop
        return self if loop is None else self.on_loop(loop)

    def _here(self) -> IBackend:
        """Return the backend of the loop to use now."""
        loop = self._find_loop()
        last, backend = self._last
        if backend is None or last is not loop:
            backend = self.on_loop(loop)
            self._last = loop, backend
        return backend

    def time(self) -> float:
        return self._here().time()

    def call_later(
        self, delay: float, func: Callable[..., object], /, *args: Any, **kwargs: Any
    ) -> IDelayedCall:
        return self._here().call_later(delay, func, *args, **kwargs)

    def sleep(self, delay: float) -> IFuture[None]:
        return self._here().sleep(delay)

    def make_batched_timer(
        self, bucket_seconds: float, chunk_size: Any = 100
    ) -> IBatchedTimer:
        # This one is never armed: it says what is wrong with the arguments, now.
        super().make_batched_timer(bucket_seconds, chunk_size)
        return AmbientTimer(self, bucket_seconds, chunk_size)


class AmbientTimer(IBatchedTimer):
    """A batched timer on whichever loop there is when a call is made."""

    def __init__(
        self, ambient: Ambient, bucket_seconds: float, chunk_size: int
    ) -> None:
        """Make timers with buckets of *bucket_seconds* where *ambient* is."""
        self._ambient = ambient
        self._arguments = bucket_seconds, chunk_size
        self._last: tuple[IBackend | None, Any] = (None, None)

    def call_later(
        self, delay: float, func: Callable[..., object], /, *args: Any, **kwargs: Any
    ) -> IDelayedCall:
        backend = self._ambient._here()
        last, timer = self._last
        if last is not backend:
            timer = backend.make_batched_timer(*self._arguments)
            self._last = backend, timer
        call: IDelayedCall = timer.call_later(delay, func, *args, **kwargs)
        return call
