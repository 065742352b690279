"""Delayed calls, without an event loop."""

from __future__ import annotations

from contextvars import ContextVar, copy_context
from functools import partial
from math import inf
from typing import TYPE_CHECKING, Any, cast

import pytest

from txaio_common import DelayedCall
from txaio_common._timers import call_at, call_later, sleep


if TYPE_CHECKING:
    from collections.abc import Callable


class Native:
    """A native timer that counts its cancellations."""

    def __init__(self) -> None:
        self.cancelled = 0

    def cancel(self) -> None:
        """Count it; in Twisted a second time is an error."""
        self.cancelled += 1


class OneTimer:
    """A driver that returns native timers, and calls *report*."""

    has_ended = False

    def __init__(self, report: Callable[..., object]) -> None:
        self.natives: list[Native] = []
        self.due_times: dict[Native, float] = {}
        self.report = report
        self.driver = self

    def now(self) -> float:
        return 100.0

    def due(self, handle: Native) -> float | None:
        return self.due_times.get(handle)

    def call_later(self, _delay: float, _fn: Callable[[], object]) -> Native:
        self.natives.append(Native())
        return self.natives[-1]


def refuse(*_args: object) -> None:
    """Raise, as a driver does whose loop has ended."""
    raise RuntimeError("the loop has ended")


def make(
    fn: Callable[..., object], *args: Any, report: Callable[..., object] = print
) -> tuple[Any, DelayedCall]:
    """Return timers, and a call that is armed on them."""
    timers: Any = OneTimer(report)
    call = DelayedCall(timers, copy_context(), fn, args)
    call.arm(1)
    return timers, call


def test_cancelled_call_whose_native_timer_fires():
    """T2: It is not made: some native timers fire after a cancellation in that turn."""
    made: list[int] = []
    timers = cast("Any", None)
    call = DelayedCall(timers, copy_context(), made.append, (1,))
    call.cancel()
    call.make()
    assert made == []


def test_reset_cancels_the_former_timer():
    """T1: A call has one native timer at a time."""
    timers, call = make(print)
    assert call.reset(5)
    assert [native.cancelled for native in timers.natives] == [1, 0]


def test_reset_that_raises_leaves_the_call_as_it_was():
    """T2: Its native timer is cancelled with the call, and only once."""
    timers, call = make(print)
    timers.call_later = refuse
    with pytest.raises(RuntimeError, match="ended"):
        call.reset(5)
    assert timers.natives[0].cancelled == 0
    call.cancel()
    call.cancel()
    assert timers.natives[0].cancelled == 1


@pytest.mark.parametrize("kind", [ValueError, GeneratorExit])
def test_error_is_reported_in_the_context_of_its_call(kind: type[BaseException]):
    """V2: `report` sees the context variables as the call has left them."""
    variable: ContextVar[str] = ContextVar("variable", default="none")
    seen: list[Any] = []

    def fail() -> None:
        variable.set("set")
        raise kind

    def report(_text: str, error: BaseException) -> None:
        seen.append((type(error), variable.get()))

    _, call = make(fail, report=report)
    call.make()
    assert seen == [(kind, "set")]
    assert variable.get() == "none"


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
def test_exits_are_raised(kind: type[BaseException]):
    """A3: They are not reported, but raised to the loop."""

    def exit_program() -> None:
        raise kind

    _, call = make(exit_program, report=pytest.fail)
    with pytest.raises(kind):
        call.make()


def test_repr_of_a_call_whose_loop_has_ended():
    """It is never made, and is shown without an error."""
    timers, call = make(print)
    assert repr(call) == "<DelayedCall of print>"
    timers.due_times[timers.natives[0]] = 101.0
    assert repr(call) == "<DelayedCall of print in 1 s>"
    timers.now = refuse
    assert repr(call) == "<DelayedCall of print in inf s>"


def test_repr_of_a_call_that_was_made():
    """It does not refer to its function any more."""
    _, call = make(print)
    call.make()
    assert repr(call) == "<DelayedCall, made or cancelled>"


def test_repr_of_a_call_of_an_object_without_a_name():
    """The object itself is shown."""
    timers, call = make(partial(print, 1))
    timers.due_times[timers.natives[0]] = 102.5
    assert repr(call) == f"<DelayedCall of {partial(print, 1)!r} in 2.5 s>"


def test_repr_of_a_call_that_is_never_made():
    """It has no native timer to ask."""
    timers, call = make(print)
    call.arm(inf)
    assert len(timers.natives) == 1
    assert repr(call) == "<DelayedCall of print in inf s>"


class Times:
    """A driver that lists the times that it is given; it is 5 o'clock."""

    def __init__(self) -> None:
        self.given: list[float | str] = []

    def now(self) -> float:
        return 5.0

    def call_soon(self, _fn: Callable[[], object]) -> None:
        self.given.append("soon")

    def call_at(self, when: float, _fn: Callable[[], object]) -> None:
        self.given.append(when)

    def call_later(self, delay: float, _fn: Callable[[], object]) -> None:
        self.given.append(self.now() + delay)

    def create_future(self) -> None:
        """Return nothing that is used here."""

    def set_canceller(self, _future: object, _canceller: object) -> None:
        """Do nothing."""


@pytest.mark.parametrize(
    ("when", "given"), [(4, ["soon"]), (5, ["soon"]), (6, [6.0]), (inf, [])]
)
def test_times_that_drivers_are_given(when: float, given: list[float | str]):
    """T1: They have to be in the future, and finite."""
    times: Any = Times()
    call_at(times, when, print)
    assert times.given == given
    call_later(times, when - 5, print)
    assert times.given == given * 2
    sleep(times, when - 5)
    assert times.given == given * 3
