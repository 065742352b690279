"""Timers that are used in one thread, or say that they are not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from txaio_interfaces import IBatchedTimer, IDelayedCall


if TYPE_CHECKING:
    from collections.abc import Callable


class CheckedCall(IDelayedCall):
    """A delayed call whose *check* raises in a wrong thread."""

    __slots__ = ("_call", "_check")

    def __init__(self, check: Callable[[], object], call: IDelayedCall) -> None:
        """Stand before *call*."""
        self._check = check
        self._call = call

    def cancel(self) -> None:
        self._check()
        self._call.cancel()

    def reset(self, delay: float) -> bool:
        self._check()
        return self._call.reset(delay)


class CheckedBatchedTimer(IBatchedTimer):
    """A batched timer whose *check* raises in a wrong thread, as that of its calls."""

    __slots__ = ("_check", "_timer")

    def __init__(self, check: Callable[[], object], timer: IBatchedTimer) -> None:
        """Stand before *timer*."""
        self._check = check
        self._timer = timer

    def call_later(
        self, delay: float, func: Callable[..., object], /, *args: Any, **kwargs: Any
    ) -> IDelayedCall:
        self._check()
        call = self._timer.call_later(delay, func, *args, **kwargs)
        return CheckedCall(self._check, call)
