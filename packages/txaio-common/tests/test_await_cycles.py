"""When the cancellation of tasks that await each other searches for a cycle."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING, Any

import pytest

from txaio_common import BaseFuture, BaseTask, Outcome


if TYPE_CHECKING:
    from collections.abc import Sequence


class Future(BaseFuture):
    """A future that nothing listens to."""

    cancelled_error = KeyboardInterrupt
    invalid_state_error = ValueError

    def __init__(self) -> None:
        self.outcome: Outcome | None = None

    def settle(self, outcome: Outcome) -> None:
        """Take the *outcome*."""
        self.outcome = outcome


class Task(BaseTask, Future):
    """The future of a coroutine that waits for *awaited*, and is never resumed."""

    def __init__(self, awaited: Any) -> None:
        super().__init__()
        self.awaited = awaited
        self.looked_at = 0
        self.is_forced = False

    def awaits(self) -> Sequence[Any]:
        """Return what it awaits, and count this."""
        self.looked_at += 1
        return super().awaits()

    def is_waiting(self) -> bool:
        """Say that it waits."""
        return True

    def cancel_wait(self, message: str | None) -> None:
        """Cancel what it waits for."""
        self.awaited.cancel(message)

    def force(self, _message: str | None) -> None:
        """Note it."""
        self.is_forced = True


def chain() -> list[Task]:
    """Return three tasks; each awaits the one before, and the first a future."""
    first = Task(Future())
    second = Task(first)
    return [first, second, Task(second)]


@pytest.mark.parametrize("order", [*permutations(range(3))])
def test_chain_that_is_cancelled_again(order: Sequence[int]):
    """X9: No task of it is searched: the innermost is about to be resumed.

    In which order they are cancelled makes no difference.
    """
    tasks = chain()
    for number in (*order, *order):
        tasks[number].cancel()
    assert [task.looked_at for task in tasks] == [0, 0, 0]
    assert all(task.cancellation.is_delivered for task in tasks)


@pytest.mark.parametrize("order", [*permutations(range(3))])
def test_cycle_after_a_cancellation(order: Sequence[int]):
    """X9: The innermost goes on, and awaits the outermost: one of them is forced."""
    tasks = chain()
    for number in order:
        tasks[number].cancel()
    tasks[0].resume_error()
    tasks[0].awaited = tasks[2]
    tasks[1].cancel()
    assert [task.is_forced for task in tasks].count(True) == 1


def test_second_chain():
    """X9: After it was resumed, a task does not remember the innermost of the first."""
    tasks = chain()
    tasks[2].cancel()
    tasks[2].resume_error()
    tasks[2].awaited = other = Task(None)
    other.awaited = tasks[2]
    tasks[2].cancel()
    tasks[2].cancel()
    assert tasks[2].is_forced or other.is_forced
