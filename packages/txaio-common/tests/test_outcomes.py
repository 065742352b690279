"""Outcomes, and the primitives of a driver whose futures keep them."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, Any
from weakref import ref

import pytest

from txaio_common import (
    BaseFuture,
    FailedFuture,
    FailedOutcome,
    FutureDriver,
    Outcome,
)


if TYPE_CHECKING:
    from collections.abc import Callable


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
