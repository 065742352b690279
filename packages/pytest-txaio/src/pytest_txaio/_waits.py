"""Describe pending timed calls and waiting coroutines, for messages."""

from __future__ import annotations

import gc
import inspect
from collections.abc import Iterator
from functools import partial
from types import CoroutineType, FrameType
from typing import Any, cast

from txaio_interfaces import IDelayedCall


COROUTINE_TYPE: Any = CoroutineType  # Of any type parameters.

FRAMEWORKS = {
    "anyio",
    "asyncio",
    "outcome",
    "sortedcontainers",
    "trio",
    "twisted",
    "txaio_anyio",
    "txaio_asyncio",
    "txaio_common",
    "txaio_twisted",
    "pytest_txaio",
}
"""Packages whose frames do not help the author of a test."""

PRIMITIVES = "txaio_primitives"
"""The package whose coroutines may be left behind, but wait for their callers."""


def function_names(fn: Any) -> list[str]:
    """Return the names of the user's functions that a timed call of *fn* leads to."""
    if type(fn) is partial:
        batched = [name for each in fn.args for name in _names_in_bucket(each)]
        return batched or function_names(fn.func)
    owner = getattr(fn, "__self__", None)
    if isinstance(owner, IDelayedCall):
        # The backends of this project have `func`; others fall back to the method.
        return function_names(getattr(owner, "func", None) or fn.__name__)
    if getattr(fn, "__name__", "") == "end_sleep":
        return ["sleep"]
    name = fn if isinstance(fn, str) else getattr(fn, "__qualname__", repr(fn))
    return [name.rpartition("<locals>.")[2]]


def _names_in_bucket(bucket: Any) -> Iterator[str]:
    """Yield the names of the calls in *bucket*, if it is a batched timer's."""
    call = getattr(bucket, "next", bucket)
    while call is not bucket:
        yield from function_names(getattr(call, "func", call))
        call = call.next


def timer_lines(timers: list[tuple[Any, float]]) -> list[str]:
    """Return a line for each of *timers*: the function and the seconds left."""
    return [
        f"{name}() in {left:.6g} s"
        for fn, left in sorted(timers, key=lambda timer: timer[1])
        for name in function_names(fn)
    ]


def waiting(package: str) -> list[CoroutineType[Any, Any, Any]]:
    """Return the suspended coroutines that no other coroutine awaits.

    Coroutines from before the test are not found, as they are frozen in the garbage
    collector (`collecting_by_hand`); those of the backend's *package* are left out.
    """
    coroutines = (each for each in gc.get_objects() if type(each) is COROUTINE_TYPE)
    found: list[CoroutineType[Any, Any, Any]] = [
        each
        for each in coroutines
        if inspect.getcoroutinestate(each) == inspect.CORO_SUSPENDED
    ]
    inner = {id(each.cr_await) for each in found}
    return [
        each for each in found if id(each) not in inner and _await_chain(each, package)
    ]


def coroutine_lines(package: str) -> list[str]:
    """Return a line for each waiting coroutine: its name and where it waits."""
    lines: list[str] = []
    for each in waiting(package):
        steps = _await_chain(each, package)
        callers = [step for step in steps if _root(_frame(step)) != PRIMITIVES]
        place = _place((callers or steps)[-1])
        lines.append(f"{_short_name(steps[0])} waits at {place}")
    return lines


def await_lines(coroutine: Any, package: str) -> list[str]:
    """Return a line for each of the user's coroutines that await each other.

    The outermost comes first; *coroutine* itself is always among them.
    """
    steps = _await_chain(coroutine, package) or [coroutine]
    return [f"{_short_name(each)} at {_place(each)}" for each in steps]


def _short_name(coroutine: Any) -> str:
    name: str = coroutine.__qualname__
    return name.rpartition("<locals>.")[2]


def _place(coroutine: Any) -> str:
    frame = _frame(coroutine)
    return f"{frame.f_code.co_filename}:{frame.f_lineno}"


def _frame(coroutine: Any) -> FrameType:
    return cast("FrameType", coroutine.cr_frame)


def _await_chain(coroutine: Any, package: str) -> list[CoroutineType[Any, Any, Any]]:
    """Return the user's coroutines that await each other, the outermost first."""
    steps: list[CoroutineType[Any, Any, Any]] = []
    while type(coroutine) is COROUTINE_TYPE:
        if _is_users(coroutine, package):
            steps.append(coroutine)
        coroutine = coroutine.cr_await
    return steps


def _is_users(coroutine: CoroutineType[Any, Any, Any], package: str) -> bool:
    frame = coroutine.cr_frame
    return frame is not None and is_users_frame(frame, package)


def is_users_frame(frame: FrameType, package: str) -> bool:
    """Return whether *frame* is neither of a framework nor of the backend *package*."""
    is_framework = _root(frame) in {"", package, *FRAMEWORKS}
    return not is_framework or ".conformance." in _module(frame)


def _root(frame: FrameType) -> str:
    return _module(frame).partition(".")[0]


def _module(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__"))
