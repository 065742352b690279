"""Delayed calls, apart from any loop."""

from __future__ import annotations

from contextvars import ContextVar, copy_context
from typing import TYPE_CHECKING, Any, cast

import pytest

from txaio_common import DelayedCall


if TYPE_CHECKING:
    from collections.abc import Callable


class Native:
    """A native timer that counts how often it was cancelled."""

    def __init__(self) -> None:
        self.cancelled = 0

    def cancel(self) -> None:
        """Count; Twisted would raise a second time."""
        self.cancelled += 1


class OneTimer:
    """A driver that hands out native timers, and calls *report*."""

    def __init__(self, report: Callable[..., object]) -> None:
        self.natives: list[Native] = []
        self.report = report
        self.driver = self

    def call_later(self, _delay: float, _fn: Callable[[], object]) -> Native:
        self.natives.append(Native())
        return self.natives[-1]


def refuse(*_args: object) -> None:
    """Do what a driver does whose loop has ended."""
    raise RuntimeError("the loop has ended")


def make(
    fn: Callable[..., object], *args: Any, report: Callable[..., object] = print
) -> tuple[Any, DelayedCall]:
    """Return timers, and a call that they made."""
    timers: Any = OneTimer(report)
    call = DelayedCall(timers, copy_context(), fn, args)
    call.arm(1)
    return timers, call


def test_call_that_its_loop_makes_all_the_same():
    """T2: Some native timers fire though they were cancelled in the same turn."""
    made: list[int] = []
    timers = cast("Any", None)
    call = DelayedCall(timers, copy_context(), made.append, (1,))
    call.cancel()
    call.make()
    assert made == []


def test_moved_call_gives_up_its_former_timer():
    """T1: One native timer at a time is enough."""
    timers, call = make(print)
    assert call.reset(5)
    assert [native.cancelled for native in timers.natives] == [1, 0]


def test_call_that_could_not_be_moved_is_due_as_before():
    """T2: Its native timer is cancelled once, and not before the call is."""
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
    """V2: What logs it sees the variables that the call saw, and what it set."""
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
def test_exits_are_the_programs(kind: type[BaseException]):
    """A3: They are not reported, and end what they have to end."""

    def leave() -> None:
        raise kind

    _, call = make(leave, report=pytest.fail)
    with pytest.raises(kind):
        call.make()
