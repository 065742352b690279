"""One run of a reactor."""

from __future__ import annotations

from contextlib import suppress
from signal import SIGINT
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from twisted.internet.defer import CancelledError
from twisted.internet.error import ReactorNotRunning


if TYPE_CHECKING:
    from collections.abc import Callable

    from txaio_twisted._backend import TwistedBackend

T = TypeVar("T")


class Life(Generic[T]):
    """One run of a reactor, from the start of `main` to what came of it."""

    def __init__(self, backend: TwistedBackend, reactor: Any) -> None:
        self._backend = backend
        self._reactor = reactor
        self._ended = False
        self._value: Any = None
        self._error: BaseException | None = None

    def begin(self, start: Callable[[], Any]) -> None:
        """Call *start*, which returns a future, and stop the reactor after it."""
        self._backend._start(self._live(start), self._backend._sheltered)

    async def _live(self, start: Callable[[], Any]) -> None:
        value, error = None, None
        try:
            value = await start()
        except Exception as caught:  # noqa: BLE001 - `result` raises it
            error = caught
        try:
            await self._backend._end()
        finally:
            self.leave(error, value)

    def leave(self, error: BaseException | None, value: Any = None) -> None:
        """Stop the reactor; the first to say so gives the outcome."""
        if not self._ended:
            self._ended = True
            self._value, self._error = value, error
            with suppress(ReactorNotRunning):
                self._reactor.stop()

    def result(self) -> T:
        """Return what `main` returned, or raise what ended it."""
        if not self._ended:
            raise RuntimeError("the reactor was stopped before main had ended")
        error, self._error = self._error, None
        interrupted = getattr(self._reactor, "_exitSignal", None) == SIGINT
        try:
            if isinstance(error, CancelledError) and interrupted:
                raise KeyboardInterrupt from None
            if error is not None:
                raise error
        finally:
            del error
        return cast("T", self._value)
