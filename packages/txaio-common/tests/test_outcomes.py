"""Outcomes, the futures that keep them, and their driver."""

from __future__ import annotations

import gc
import re
from typing import TYPE_CHECKING, Any
from weakref import ref

import pytest

from txaio_common import (
    BaseFuture,
    BaseTask,
    FailedFuture,
    FailedOutcome,
    FutureDriver,
    Outcome,
)


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Plain(BaseFuture):
    """A future that calls what listens at once."""

    cancelled_error = KeyboardInterrupt
    invalid_state_error = ValueError

    def __init__(self) -> None:
        self.outcome: Outcome | None = None
        self.retrieved = False
        self._listeners: list[Callable[[Any], object]] = []

    def settle(self, outcome: Outcome) -> None:
        """Take the *outcome*."""
        self.outcome = outcome
        for fn in self._listeners:
            fn(self)

    def retrieve(self) -> Outcome:
        """Return the outcome, and note that it was asked for."""
        self.retrieved = True
        assert self.outcome is not None
        return self.outcome

    def listen(self, fn: Callable[[Any], object]) -> None:
        """Call ``fn(self)`` once there is an outcome."""
        self._listeners.append(fn)


class PlainTask(BaseTask, Plain):
    """The future of a coroutine that something else runs."""

    def is_waiting(self) -> bool:
        """Say that it waits."""
        return True

    def cancel_wait(self, message: str | None) -> None:
        """Cancel what it waits for."""
        self.awaited.cancel(message)

    def force(self, message: str | None) -> None:
        """Settle as cancelled."""
        Plain.cancel(self, message)


class Turn:
    """Awaited, it waits until the coroutine is resumed."""

    def __await__(self) -> Iterator[None]:
        """Wait."""
        yield


async def work() -> None:
    """Wait."""
    await Turn()


Driver: Any = type("Driver", (FutureDriver,), {})
Driver.__abstractmethods__ = frozenset()  # Those are not called here.
DRIVER = Driver()


def outcome_of(value: object) -> Outcome:
    """Return the outcome of a future that was resolved with *value*."""
    outcome = Outcome()
    outcome.value = value
    return outcome


def test_outcome_of_a_value():
    """It returns the value, and is no failure."""
    outcome = outcome_of("value")
    assert outcome.unwrap() == "value"
    assert outcome.failure is None
    assert not outcome.is_cancellation


def test_outcome_of_a_failure():
    """It raises the exception."""
    error = OSError("failed")
    outcome = FailedOutcome(FailedFuture(error), is_cancellation=False)
    with pytest.raises(OSError, match="failed") as caught:
        outcome.unwrap()
    assert caught.value is error


@pytest.mark.parametrize(
    ("outcome", "text"),
    [
        (outcome_of(1), "resolved"),
        (FailedOutcome(FailedFuture(OSError()), is_cancellation=False), "failed"),
        (FailedOutcome(FailedFuture(OSError()), is_cancellation=True), "cancelled"),
    ],
    ids=str,
)
def test_outcome_in_a_message(outcome: Outcome, text: str):
    """It is the state of the future."""
    assert repr(outcome) == text


def test_future_in_a_message():
    """It contains the state, and what the future has."""
    futures = [Plain() for _ in range(4)]
    futures[1].resolve(5)
    futures[2].reject(FailedFuture(OSError("text")))
    futures[3].cancel()
    states = ["pending", "resolved: 5", "failed: OSError('text')", "cancelled"]
    for future, state in zip(futures, states, strict=True):
        assert repr(future) == f"<Plain {state} at {id(future):#x}>"


def test_future_of_a_coroutine_in_a_message():
    """It says where the coroutine is, and what it waits for."""
    task, outer, future = PlainTask(), PlainTask(), Plain()
    assert task.state() == "pending"
    task.coroutine, outer.coroutine = work(), work()
    for each in (task, outer):
        each.coroutine.send(None)
    where = rf"pending: work\(\) waits at {re.escape(__file__)}:\d+"
    assert re.fullmatch(where, task.state())
    task.awaited, outer.awaited = future, task
    assert re.fullmatch(f"{where}, for {re.escape(repr(future))}", task.state())
    assert re.fullmatch(rf"{where}, for work\(\)", outer.state())
    for each in (task, outer):
        each.coroutine.close()


def test_what_listens_to_a_future():
    """The driver has the future call it, and looks at the outcome for it."""
    called: list[Any] = []
    future = Plain()
    DRIVER.listen(future, called.append)
    assert not DRIVER.is_settled(future)
    DRIVER.resolve(future, 5)
    assert called == [future]
    assert DRIVER.is_settled(future)
    assert DRIVER.peek(future) == DRIVER.outcome(future) == 5
    assert not future.retrieved


def fail(text: str | None) -> None:
    """Raise an error."""
    raise OSError(text)


class Failing:
    """A future whose coroutine fails within `cancel`."""

    def __init__(self, errors: list[BaseException]) -> None:
        self._errors = errors

    def cancel(self, message: str | None) -> None:
        """Keep the error, and with it the frames that have called this."""
        try:
            fail(message)
        except OSError as error:
            self._errors.append(error)
        finally:
            del self


def test_error_of_a_cancelled_coroutine_does_not_keep_its_future():
    """R2: Its frames lead to the driver's, which has let go of the future."""
    errors: list[BaseException] = []
    future = Failing(errors)
    weak = ref(future)
    holder = [future]
    del future
    DRIVER.cancel(holder.pop(), "why")
    assert str(errors[0]) == "why"
    gc.collect()
    assert weak() is None
