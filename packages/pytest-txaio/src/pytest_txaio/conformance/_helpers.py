"""Helpers of the conformance tests."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Generator
from contextvars import ContextVar
from typing import Any

import pytest

from pytest_txaio import pause
from txaio_interfaces import IBackend, IFailedFuture, IScope, LogLevel


INF = float("inf")
NAN = float("nan")
EARLY_TOLERANCE = 0.002
"""Seconds by which a timed call may be early."""
ROUNDING = 1e-6
"""Seconds by which sums of floats may differ."""
LEVELS: list[LogLevel] = ["critical", "error", "warn", "info", "debug", "trace"]

variable: ContextVar[str] = ContextVar("variable", default="-")


class Boom(Exception):
    """The exception that the tests raise."""


def raise_boom(text: object = "text") -> None:
    """Raise `Boom` in a frame of its own."""
    raise Boom(text)


class Thread(threading.Thread):
    """A thread whose `end` joins it and raises its exception."""

    def __init__(self, target: Callable[[], object]) -> None:
        super().__init__(daemon=True)
        self._act = target
        self._error: BaseException | None = None

    def run(self) -> None:
        """Call the target."""
        try:
            self._act()
        except BaseException as error:  # noqa: BLE001 - raised by `end`
            self._error = error

    def end(self) -> None:
        """Join the thread, and raise its exception."""
        self.join()
        if self._error is not None:
            raise self._error


class Argument:
    """An object to which weak references can be made."""


class Awaitable:
    """An awaitable object that is not a coroutine."""

    def __init__(self, future: Any = None) -> None:
        self._future = future

    def __await__(self) -> Generator[Any, Any, Any]:
        """Return the value of the future."""
        return (yield from self._future.__await__())


async def coroutine_function() -> None:
    """Do nothing."""


async def nap(txa: IBackend, seconds: float) -> None:
    """Sleep for *seconds*."""
    await pause(txa, seconds)


def start_python(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python with *arguments* in a process with the import path of this one."""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=env)


def show(*args: object, **kwargs: object) -> None:
    """Accept any arguments and do nothing."""


class Unprintable(Exception):
    """An exception whose `__str__` raises."""

    def __str__(self) -> str:
        """Fail."""
        msg = "no text"
        raise ValueError(msg)

    __repr__ = __str__


class NoText(Exception):
    """An exception whose `__str__` returns no string."""

    def __str__(self) -> Any:
        """Return a number."""
        return 42  # noqa: PLE0307 - that is the case


def raised(fn: Callable[..., object] = raise_boom, *args: Any) -> Exception:
    """Return the exception that *fn* raises."""
    try:
        fn(*args)
    except Exception as error:  # noqa: BLE001 - whatever it is
        return error
    pytest.fail("nothing was raised")


async def failure_of(txa: IBackend, future: Any) -> IFailedFuture:
    """Return the failure of *future*, as passed to an errback."""
    failures: list[IFailedFuture] = []
    txa.add_callbacks(future, None, failures.append)
    with pytest.raises(BaseException):  # noqa: B017, PT011 - whatever it is
        await future
    await pause(txa, 0.001)
    return failures[0]


def make_scope(txa: IBackend, kind: str, seconds: float) -> IScope:
    """Return a scope of *kind*."""
    return getattr(txa, kind)(seconds)  # type: ignore[no-any-return]
