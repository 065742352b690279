"""Describe coroutines, for messages and for programs that hang."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from txaio_interfaces import IBackend


FRAMEWORKS = {
    "anyio",
    "asyncio",
    "trio",
    "twisted",
    "txaio",
    "txaio_anyio",
    "txaio_asyncio",
    "txaio_common",
    "txaio_primitives",
    "txaio_twisted",
}
"""Packages whose frames do not help the reader."""


class Running(NamedTuple):
    """A coroutine that has begun and not ended, and what it waits for."""

    coroutine: Any
    """The coroutine, the outermost of those that await each other."""
    awaited: Any = None
    """The future that the innermost one awaits, if it awaits one."""


def running(txa: IBackend) -> list[str]:
    """Return a line for each coroutine on *txa* that waits: its name, and where.

    ::

        ask() waits at client.py:12
        main() waits at app.py:9, for ask()

    On asyncio, and with the AnyIO backend, these are all coroutines of the event loop,
    also those of other code; on Twisted, those of the backend.
    The coroutine that calls this does not wait, and is not among them.
    A signal handler of Python may call this, on Trio and AnyIO in the thread of the
    loop.  After the end of the event loop there are none.

    Raises `TypeError` if *txa* is not a backend of txaio-common.
    """
    driver: Any = getattr(txa, "driver", None)
    if not hasattr(driver, "running"):
        msg = f"txa must be a backend with a driver, not {type(txa).__name__!r}"
        raise TypeError(msg)
    lines = (describe_running(each) for each in driver.running())
    return sorted(line for line in lines if line)


def describe_running(each: Running) -> str:
    """Return a line that describes *each*.

    It is empty if the coroutine does not wait, or is a framework's own.
    """
    if getattr(each.coroutine, "cr_running", False):
        return ""
    text = describe_coroutine(each.coroutine)
    awaited = coroutine_name(coroutine_of(each.awaited))
    return f"{text}, for {awaited}" if text and awaited else text


def describe_coroutine(coroutine: Any) -> str:
    """Return the name of *coroutine*, and the line at which it is."""
    steps = list(_user_steps(coroutine))
    if not steps:
        return ""
    frame = steps[-1].cr_frame
    verb = "runs" if steps[-1].cr_running else "waits"
    return f"{_name(steps[0])} {verb} at {frame.f_code.co_filename}:{frame.f_lineno}"


def coroutine_name(coroutine: Any) -> str:
    """Return the name of the outermost coroutine of the user's in *coroutine*."""
    for step in _user_steps(coroutine):
        return _name(step)
    return ""


def coroutine_of(future: Any) -> Any:
    """Return the coroutine of *future*, if it is that of one that runs."""
    if hasattr(future, "get_coro"):  # It is a task of asyncio.
        return future.get_coro()
    return getattr(future, "coroutine", None)


def _name(coroutine: Any) -> str:
    return f"{coroutine.__qualname__.rpartition('<locals>.')[2]}()"


def _user_steps(coroutine: Any) -> Iterator[Any]:
    """Yield the coroutines that await each other, but for those of frameworks."""
    while hasattr(coroutine, "cr_frame"):
        frame = coroutine.cr_frame
        module = "" if frame is None else str(frame.f_globals.get("__name__"))
        if module and module.partition(".")[0] not in FRAMEWORKS:
            yield coroutine
        coroutine = coroutine.cr_await
