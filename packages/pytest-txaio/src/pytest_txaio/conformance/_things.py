"""What the tests of the contract are made of."""

from __future__ import annotations

import os
import subprocess
import sys
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from pytest_txaio import pause


if TYPE_CHECKING:
    from collections.abc import Generator

    from txaio_interfaces import IBackend

INF = float("inf")
NAN = float("nan")
LEVELS = ["critical", "error", "warn", "info", "debug", "trace"]

variable: ContextVar[str] = ContextVar("variable", default="-")


class Boom(Exception):
    """What goes wrong in the tests."""


def raise_boom(text: object = "text") -> None:
    """Fail, in a frame of its own."""
    raise Boom(text)


class Argument:
    """Something that can be seen to go."""


class Awaitable:
    """An object that can be awaited and is no coroutine."""

    def __init__(self, future: Any = None) -> None:
        self._future = future

    def __await__(self) -> Generator[Any, Any, Any]:
        """Give what the future gives."""
        return (yield from self._future.__await__())


async def coroutine_function() -> None:
    """Do nothing, later."""


async def nap(txa: IBackend, seconds: float) -> None:
    """Sleep."""
    await pause(txa, seconds)


def start_python(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python with *arguments*, in a process that can import what this one can."""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=env)


def show(*args: object, **kwargs: object) -> None:
    """Take anything, and do nothing with it."""
