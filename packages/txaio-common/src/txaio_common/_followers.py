"""Futures that follow another one, up to a point."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any


if TYPE_CHECKING:
    from txaio_common._futures import Futures
    from txaio_interfaces import IFuture


class Shield:
    """Follows a future that does not mind what becomes of its follower."""

    __slots__ = ("_backend", "future")

    def __init__(self, backend: Futures, source: IFuture[Any]) -> None:
        self._backend = backend
        self.future = backend._new_future(None)
        backend._on_settled(source, self._follow)

    def _follow(self, source: IFuture[Any]) -> None:
        if not self._backend.is_called(self.future):
            self._backend._follow(source, self.future)


class Timeout:
    """Follows a future for so many *seconds*, then gives it up.

    Who hears of the timeout finds that the canceller of the future was called.
    """

    __slots__ = ("_backend", "_expired", "_seconds", "_source", "_timer", "future")

    def __init__(self, backend: Futures, source: IFuture[Any], seconds: float) -> None:
        self._backend = backend
        self._source = source
        self._seconds = seconds
        self._expired = False
        self.future = backend._new_future(self._cancel)
        self._timer = backend.call_later(seconds, self._expire)
        backend._on_settled(source, self._follow)

    def _expire(self) -> None:
        backend, source = self._backend, self._source
        if backend.is_called(source):
            return
        self._expired = True
        backend.cancel(source)
        if not backend.is_called(source):
            # The clean-up of a coroutine takes its time: no reason to wait for it.
            self._follow(source)

    def _follow(self, source: IFuture[Any]) -> None:
        backend = self._backend
        self._timer.cancel()
        if backend.is_called(self.future):
            return
        if self._expired:
            error = TimeoutError(f"not settled within {self._seconds:.12g} seconds")
            backend._reject(self.future, error)
        else:
            backend._follow(source, self.future)

    def _cancel(self, _future: IFuture[Any]) -> None:
        self._timer.cancel()
        self._backend.cancel(self._source)
