"""Delayed calls, without an event loop."""

from __future__ import annotations

from contextvars import ContextVar, copy_context
from typing import TYPE_CHECKING, Any, cast

import pytest

from txaio_common import DelayedCall


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
        return 0.0

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
    timers.due_times[timers.natives[0]] = 1.0
    assert repr(call) == "<DelayedCall of print in 1 s>"
    timers.now = refuse
    assert repr(call) == "<DelayedCall of print in inf s>"
