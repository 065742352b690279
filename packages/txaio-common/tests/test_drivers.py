"""Drivers that stand before another: in debug mode, and when no loop runs."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from txaio_common import CheckedDriver, Driver, EndedDriver, RecordEmitter, Statistics


ANY_THREAD = {
    "now",
    "call_from_thread",
    "report",
    "wrap",
    "is_settled",
    "peek",
    "failure",
    "outcome",
    "result",
    "statistics",
    "running",
    "due",
}
"""What may be used in any thread, or changes nothing."""

NEEDS_NO_LOOP = {
    "report",
    "wrap",
    "resolve",
    "reject",
    "cancel",
    "is_settled",
    "peek",
    "failure",
    "result",
    "statistics",
    "running",
    "due",
}
"""What still works after the end."""

NOTHING: dict[str, Any] = {"statistics": Statistics(), "running": [], "due": None}
"""What is returned after the end, when nothing runs."""

COMPOSED = {"resolve_own", "call_back", "call_either", "outcome"}
"""What is made of the others, so that it need not be passed on."""


class Recorder:
    """A driver that records the names of its methods that are called."""

    name = "recorder"
    future_type = own_type = failure_type = object
    future_noun = "a future"
    cancelled_error = invalid_state_error = Exception
    emitter = RecordEmitter(lambda: None)

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __getattr__(self, name: str) -> Any:
        return lambda *_args: self.asked.append(name)


class Coroutine:
    """What has to be closed if it is not run."""

    closed = False

    def close(self) -> None:
        """Be closed."""
        self.closed = True


def methods() -> dict[str, Callable[..., Any]]:
    """Return the methods of `Driver`, by name."""
    members = vars(Driver).items()
    return {name: each for name, each in members if inspect.isfunction(each)}


def call(driver: Any, name: str) -> Any:
    """Call the method *name* of *driver* with as many arguments as it takes."""
    parameters = inspect.signature(methods()[name]).parameters
    if name == "spawn":
        return driver.spawn(Coroutine())
    return getattr(driver, name)(*[None] * (len(parameters) - 1))


@pytest.mark.parametrize("kind", [CheckedDriver, EndedDriver])
def test_no_method_is_forgotten(kind: type[Driver]):
    """Each primitive is passed on, or refused, and none is inherited."""
    missing = set(methods()) - set(vars(kind)) - COMPOSED
    assert missing == set()


@pytest.mark.parametrize("name", sorted(set(methods()) - COMPOSED))
def test_debug_mode_passes_on(name: str):
    """In the loop's thread the other driver is asked."""
    recorder: Any = Recorder()
    call(CheckedDriver(recorder), name)
    assert recorder.asked == [name]


@pytest.mark.parametrize("name", sorted(set(methods()) - COMPOSED))
def test_debug_mode_checks_the_thread(name: str):
    """T7: In another thread it raises, where that would do harm."""
    recorder: Any = Recorder()
    driver = CheckedDriver(recorder)
    with ThreadPoolExecutor(1) as pool:
        outcome = pool.submit(call, driver, name)
    if name in ANY_THREAD:
        assert outcome.exception() is None
        assert recorder.asked == [name]
    else:
        assert "use call_from_thread" in str(outcome.exception())
        assert recorder.asked == []


@pytest.mark.parametrize("name", sorted(set(methods()) - COMPOSED))
def test_driver_that_has_ended(name: str):
    """L3: What needs the loop raises the reason; the rest still works."""
    recorder: Any = Recorder()
    driver = EndedDriver(recorder, "it has ended")
    if name in NOTHING:
        assert call(driver, name) == NOTHING[name]
    elif name in NEEDS_NO_LOOP:
        call(driver, name)
        assert recorder.asked == [name]
    else:
        with pytest.raises(RuntimeError, match=r"^it has ended$"):
            call(driver, name)


@pytest.mark.parametrize("kind", [CheckedDriver, EndedDriver])
def test_coroutine_that_is_not_run_is_closed(kind: Any):
    """Otherwise Python would warn that it was never awaited."""
    recorder: Any = Recorder()
    more = ("it has ended",) if kind is EndedDriver else ()
    driver, coroutine = kind(recorder, *more), Coroutine()
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(driver.spawn, coroutine).exception() is not None
    assert coroutine.closed
