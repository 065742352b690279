"""Let the loop run until nothing is left that could run now.

No loop can be asked whether it is idle while a coroutine asks, as that coroutine runs.
So `txaio_settle` has the loop make one *turn* after the other: it waits for the
shortest time that the loop has, in which everything that was ready is called.
`Host.turns` says how that is done on a loop, and how many other calls the loop had to
make.
A single turn without any proves little, since a loop may call what became ready in the
turn before or after the coroutine that counts; after `QUIET_TURNS` of them in a row
nothing is left.
As something is always ready meanwhile, virtual time does not move.

Several coroutines may watch the turns of a loop at the same time.
Each of them causes one call in each turn, so that there is nothing else to do if there
are fewer other calls than watchers.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Awaitable, Callable, Generator, Iterator
from contextlib import contextmanager
from sysconfig import get_path
from types import CodeType, FrameType
from typing import Any

from pytest_txaio._host import Host
from pytest_txaio._proxy import CurrentBackend
from pytest_txaio._waits import is_users_frame


QUIET_TURNS = 3
"""The number of turns without other calls after which nothing is left."""

UNCOUNTED_TURNS = 100
"""The number of turns on a loop whose host does not count calls."""

MAX_TURNS = 10_000
"""The number of turns after which `txaio_settle` gives up by default."""

SAMPLED_TURNS = 5
"""The number of turns for which the functions that still run are recorded."""

MAX_NAMES = 30
"""The number of functions that an error names."""

STDLIB = get_path("stdlib")
PACKAGES = tuple({get_path("purelib"), get_path("platlib")})
"""Folders of modules; the second may be inside the first."""

PassTurn = Callable[[], Awaitable[bool | None]]


class Turns:
    """The turns of the loop that runs."""

    def __init__(self, host: Host, current: CurrentBackend) -> None:
        self._host = host
        self._current = current
        self._watchers = 0

    @property
    def package(self) -> str:
        """The import name of the backend."""
        return self._host.package

    @property
    def is_shared(self) -> bool:
        """Whether more than one watches the turns."""
        return self._watchers > 1

    @contextmanager
    def watch(self) -> Generator[PassTurn]:
        """Give an async function that lets the loop have one turn.

        It returns whether the loop had nothing else to do, or None if the host cannot
        tell.
        """
        backend = self._current.get()
        self._watchers += 1
        try:
            with self._host.turns(backend) as turn:

                async def pass_turn() -> bool | None:
                    others = await turn()
                    return None if others is None else others < self._watchers

                yield pass_turn
        finally:
            self._watchers -= 1


class TxaioSettle:
    """Lets everything run that can, as ``await txaio_settle()``."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns

    async def __call__(self, max_turns: int = MAX_TURNS) -> None:
        """Return when nothing is left that can run now.

        All calls that are due were made then, and every other coroutine waits for a
        timer, a thread, a socket, or a future that nothing settles.
        The time does not advance, and threads and sockets are not waited for.

        Raises `RuntimeError` if there is still something to run after *max_turns* turns
        of the loop, `ValueError` if that is below 1.
        """
        __tracebackhide__ = True
        if max_turns < 1:
            raise ValueError(f"max_turns must be at least 1, not {max_turns!r}")
        with self._turns.watch() as pass_turn:
            if await _became_quiet(pass_turn, max_turns):
                return
            names = await _called_functions(pass_turn, self._turns.package)
        still = "\n".join(f"  {name}" for name in names[:MAX_NAMES])
        message = f"txaio_settle: after {max_turns} turns the loop still runs"
        raise RuntimeError(f"{message}\n{still}")


async def _became_quiet(pass_turn: PassTurn, max_turns: int) -> bool:
    quiet = 0
    for number in range(1, max_turns + 1):
        is_quiet = await pass_turn()
        if is_quiet is None and number == min(max_turns, UNCOUNTED_TURNS):
            return True
        quiet = quiet + 1 if is_quiet else 0
        if quiet == QUIET_TURNS:
            return True
    return False


async def _called_functions(pass_turn: PassTurn, package: str) -> list[str]:
    """Return the functions that are called and the coroutines that are resumed.

    If there are any of the user's, these are all; *package* is the backend's.
    The coroutine that awaits this is not among them.
    """
    calls = Calls(package, set(_stack()))
    before = sys.getprofile()
    sys.setprofile(calls.record)
    try:
        for _ in range(SAMPLED_TURNS):
            await pass_turn()
    finally:
        sys.setprofile(before)
    return list(calls.users or calls.others)


class Calls:
    """The functions that were called, as a profile function records them."""

    def __init__(self, package: str, awaiting: set[FrameType]) -> None:
        """Record no calls of the frames *awaiting*; *package* is the backend's."""
        self.users: dict[str, None] = {}
        """The names and places of the user's functions."""
        self.others: dict[str, None] = {}
        self._package = package
        self._awaiting = awaiting

    def record(self, frame: FrameType, event: str, _arg: Any) -> None:
        """Record the call of *frame*, if *event* is one."""
        if event == "call" and frame not in self._awaiting:
            code = frame.f_code
            is_users = is_users_frame(frame, self._package) and not _is_of_python(code)
            name = code.co_qualname.rpartition("<locals>.")[2]
            found = self.users if is_users else self.others
            found[f"{name} at {code.co_filename}:{frame.f_lineno}"] = None


def _stack() -> Iterator[FrameType]:
    """Yield the frames of the functions and coroutines that run."""
    frame = inspect.currentframe()
    while frame is not None:
        yield frame
        frame = frame.f_back


def _is_of_python(code: CodeType) -> bool:
    """Return whether *code* is in the standard library, or was generated."""
    file = code.co_filename
    is_library = file.startswith(STDLIB) and not file.startswith(PACKAGES)
    return is_library or file.startswith("<")
