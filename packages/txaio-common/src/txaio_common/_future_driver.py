"""What drivers have in common whose futures are those of `BaseFuture`."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import Any

from txaio_common._base_task import BaseTask
from txaio_common._cancel_scope import CancelScope, TaskScope
from txaio_common._driver import Driver
from txaio_common._outcome import UNSET
from txaio_interfaces import IFailedFuture


class FutureDriver(Driver):
    """A driver of a loop without suitable futures: `own_type` is a `BaseFuture`.

    The future has to have the methods ``cancel`` and ``listen`` as well, and that of a
    coroutine ``interrupt``.
    """

    def resolve(self, future: Any, value: Any, /) -> None:
        future.resolve(value)

    def reject(self, future: Any, failure: Any, /) -> None:
        future.reject(failure)

    def cancel(self, future: Any, message: str | None = None, /) -> None:
        future.cancel(message)
        del future  # See `txaio_common.Outcome`.

    def is_settled(self, future: Any, /) -> bool:
        return future.outcome is not None

    def listen(self, future: Any, fn: Callable[[Any], object], /) -> None:
        future.listen(fn)

    def peek(self, future: Any, /) -> Any:
        outcome = future.outcome
        return outcome.value if outcome.failure is None else UNSET

    def failure(self, future: Any, /) -> IFailedFuture | None:
        failure: IFailedFuture | None = future.retrieve().failure
        return failure

    def outcome(self, future: Any, /) -> Any:
        outcome = future.outcome
        if outcome is None:
            return UNSET
        return outcome.value if outcome.failure is None else future.retrieve().failure

    @abstractmethod
    async def current_task(self) -> BaseTask | None:
        """Return the task of the coroutine that calls this, if it has one."""

    def create_scope(self) -> CancelScope:
        return TaskScope(self.current_task)

    def interrupt(self, future: Any, /) -> None:
        future.interrupt()
