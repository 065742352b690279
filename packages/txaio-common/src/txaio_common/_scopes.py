"""Deadlines: `fail_after` and `move_on_after`."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from txaio_common._cancel_scope import CancelScope
from txaio_common._checks import check_delay
from txaio_common._driver import Handle, HasDriver
from txaio_common._timers import call_later
from txaio_interfaces import IMoveOnScope


class Scope(IMoveOnScope):
    """A cancel scope with a deadline."""

    _cancel_scope: CancelScope
    _handle: Handle | None = None

    def __init__(self, backend: HasDriver, seconds: float, *, fails: bool) -> None:
        """Have a deadline *seconds* after it is entered; then, maybe, *fails*."""
        self._backend = backend
        self._seconds = seconds
        self._fails = fails
        self._was_entered = False
        self._is_open = False
        """Whether the body runs."""
        self._is_cancelled = False
        self._expired = False

    @property
    def expired(self) -> bool:
        return self._expired

    def cancel(self) -> None:
        self._check()
        if not self._is_cancelled:
            self._is_cancelled = True
            self._disarm()
            if self._is_open:
                self._cancel_scope.cancel()

    def reset(self, seconds: float) -> bool:
        self._check()
        self._seconds = check_delay(seconds, "seconds")
        if self._is_cancelled or (self._was_entered and not self._is_open):
            return False
        if self._is_open:
            self._disarm()
            self._arm()
        return True

    async def __aenter__(self) -> Self:
        if self._was_entered:
            raise RuntimeError("a scope is entered once: make another for each block")
        self._was_entered = True
        self._cancel_scope = self._backend.driver.create_scope()
        await self._cancel_scope.enter()
        self._is_open = True
        if self._is_cancelled:
            self._cancel_scope.cancel()
        else:
            self._arm()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        if not self._was_entered:
            raise RuntimeError("a scope was left before it was entered")
        self._is_open = False
        self._disarm()
        try:
            is_own = await self._cancel_scope.leave(error)
            # A body that had no await after the deadline was done in time.
            self._expired = self._expired and self._cancel_scope.was_seen
            if is_own and self._expired and self._fails:
                msg = f"not done within {self._seconds:.12g} seconds"
                raise TimeoutError(msg) from error
            return is_own
        finally:
            del self, error  # See `txaio_common.Outcome`.

    def _check(self) -> None:
        check = self._backend.driver.check
        if check is not None and self._is_open:
            check()

    def _arm(self) -> None:
        self._handle = call_later(self._backend.driver, self._seconds, self._expire)

    def _disarm(self) -> None:
        handle, self._handle = self._handle, None
        if handle is not None:
            handle.cancel()

    def _expire(self) -> None:
        self._handle = None
        self._expired = self._is_cancelled = True
        self._cancel_scope.cancel()
