"""The backends that exist, and those that are installed and selected."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import NamedTuple

import pytest

from pytest_txaio._host import ClockName, Host


BOTH_CLOCKS: tuple[ClockName, ...] = ("virtual", "real")


class BuiltinBackend(NamedTuple):
    """A backend on one loop."""

    host: str
    """The module and the class of its host."""
    needs: tuple[str, ...]
    """The packages that it imports."""
    requirement: str
    """What to install with pip."""
    is_default: bool = True
    """Whether tests run on it by default."""
    clocks: tuple[ClockName, ...] = BOTH_CLOCKS
    """The clocks of its host, known without importing it."""

    def is_installed(self) -> bool:
        """Return whether all of `needs` is installed, without importing any of it."""
        found = [find_spec(name) for name in self.needs]
        # A folder `twisted` without modules, as Autobahn has one, is not Twisted.
        return all(spec is not None and spec.origin is not None for spec in found)

    def make_host(self) -> Host:
        """Return a new host."""
        module, _, name = self.host.partition(":")
        made: Host = getattr(import_module(f"pytest_txaio.{module}"), name)()
        return made


BUILTIN_BACKENDS = {
    "asyncio": BuiltinBackend(
        "_hosts_asyncio:AsyncioHost", ("txaio_asyncio",), "txaio-asyncio"
    ),
    "uvloop": BuiltinBackend(
        "_hosts_asyncio:UvloopHost",
        ("txaio_asyncio", "uvloop"),
        "txaio-asyncio[uvloop]",
        is_default=False,
        clocks=("real",),
    ),
    "twisted": BuiltinBackend(
        "_hosts_twisted:TwistedHost", ("txaio_twisted", "twisted"), "txaio-twisted"
    ),
    "twisted-asyncioreactor": BuiltinBackend(
        "_hosts_twisted:TwistedAsyncioreactorHost",
        ("txaio_twisted", "twisted"),
        "txaio-twisted",
        is_default=False,
    ),
    "anyio-asyncio": BuiltinBackend(
        "_hosts_anyio:AnyioAsyncioHost", ("txaio_anyio", "anyio"), "txaio-anyio"
    ),
    "anyio-uvloop": BuiltinBackend(
        "_hosts_anyio:AnyioUvloopHost",
        ("txaio_anyio", "anyio", "uvloop"),
        "txaio-anyio[uvloop]",
        is_default=False,
        clocks=("real",),
    ),
    "anyio-trio": BuiltinBackend(
        "_hosts_anyio:AnyioTrioHost",
        ("txaio_anyio", "anyio", "trio"),
        "txaio-anyio[trio]",
    ),
}
"""The backends of this project."""


ALIASES = {"trio": "anyio-trio"}
"""Other names of backends; one that the user adds has precedence."""


def merge_hosts(
    several: Iterable[Mapping[str, Callable[[], Host]]],
) -> dict[str, Callable[[], Host]]:
    """Return the hosts that plugins and the user add, by name.

    Raises `pytest.UsageError` if two backends have the same name.
    """
    added: dict[str, Callable[[], Host]] = {}
    for hosts in several:
        for name, host in hosts.items():
            if name in BUILTIN_BACKENDS or name in added:
                message = f"there are two txaio backends {name!r}: rename one of them"
                raise pytest.UsageError(message)
            added[name] = host
    return added


class Backends:
    """The backends that tests can run on, and those selected for all tests."""

    def __init__(self, added: Mapping[str, Callable[[], Host]], chosen: str) -> None:
        """Add the hosts *added*, and select *chosen*, names separated by commas.

        If *chosen* is empty, the backends by default are selected.

        Raises `pytest.UsageError` if a chosen one is unknown or not installed.
        """
        self.added = added
        # Each test asks, and to search the folders of modules takes half a millisecond.
        self.is_installed: Callable[[str], bool] = cache(self._is_installed)
        """Whether the backend of a name is installed."""
        self.is_chosen: bool = bool(chosen.strip())
        """Whether the names were given by the user."""
        self.names: list[str] = self._default()
        """The backends that tests run on, unless a mark says otherwise."""
        if self.is_chosen:
            self.names = self.expand(chosen.split(","))
            if not self.names:
                message = (
                    f"txaio_backends is empty: choose among {', '.join(self.known)}"
                )
                raise pytest.UsageError(message)
            for name in self.names:
                self.check_installed(name)

    @property
    def known(self) -> list[str]:
        """The names of all backends."""
        return [*BUILTIN_BACKENDS, *self.added]

    @property
    def choice(self) -> str:
        """The names that can be given, as text."""
        names = ", ".join(self.known)
        return f"{names}; `trio` is `anyio-trio`, `anyio` and `all` stand for several"

    @property
    def missing(self) -> dict[str, str]:
        """The requirements of the backends by default that are not installed."""
        return {
            name: known.requirement
            for name, known in BUILTIN_BACKENDS.items()
            if known.is_default and not self.is_installed(name)
        }

    def _is_installed(self, name: str) -> bool:
        return name in self.added or BUILTIN_BACKENDS[name].is_installed()

    def clocks(self, name: str) -> tuple[ClockName, ...]:
        """Return the clocks of the backend called *name*."""
        if name in BUILTIN_BACKENDS:
            return BUILTIN_BACKENDS[name].clocks
        # A factory need not be a class; the plugin asks the host again once it is made.
        clocks: tuple[ClockName, ...] = getattr(self.added[name], "clocks", BOTH_CLOCKS)
        return clocks

    def check_installed(self, name: str) -> None:
        """Raise `pytest.UsageError` if the backend called *name* is not installed."""
        if not self.is_installed(name):
            command = f"pip install '{BUILTIN_BACKENDS[name].requirement}'"
            message = f"the txaio backend {name!r} is not installed: {command}"
            raise pytest.UsageError(message)

    def expand(self, words: Iterable[str]) -> list[str]:
        """Return the names that *words* stand for; a group is what is installed of it.

        Raises `pytest.UsageError` if a word is neither a name nor a group.
        """
        names: dict[str, None] = {}
        for word in filter(None, (each.strip() for each in words)):
            name = word if word in self.known else ALIASES.get(word, word)
            names |= dict.fromkeys([name] if name in self.known else self._group(name))
        return list(names)

    def header(self) -> str:
        """Return the line for the header: what tests run on, and what is missing."""
        running = ", ".join(self.names) or "no backend is installed"
        missing = {} if self.is_chosen else self.missing
        if not missing:
            return f"txaio: {running}"
        wanted = " ".join(f"'{each}'" for each in dict.fromkeys(missing.values()))
        absent = ", ".join(missing)
        return f"txaio: {running}; not installed: {absent} (pip install {wanted})"

    @contextmanager
    def open(self, name: str) -> Generator[Host]:
        """Make the host called *name*, and close it."""
        host = (
            self.added[name]()
            if name in self.added
            else BUILTIN_BACKENDS[name].make_host()
        )
        host.name = name
        try:
            yield host
        finally:
            host.close()

    def _default(self) -> list[str]:
        default = [name for name, known in BUILTIN_BACKENDS.items() if known.is_default]
        return [name for name in [*default, *self.added] if self.is_installed(name)]

    def _group(self, word: str) -> list[str]:
        members = [
            name for name in self.known if word == "all" or name.startswith(f"{word}-")
        ]
        if not members:
            message = f"there is no txaio backend {word!r}: choose among {self.choice}"
            raise pytest.UsageError(message)
        return [name for name in members if self.is_installed(name)] or members
