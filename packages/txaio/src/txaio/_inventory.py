"""The installed distributions of txaio, and those of the event loops it runs on."""

from __future__ import annotations

import sys
from importlib.metadata import PackageNotFoundError, version
from typing import NamedTuple

from txaio._selection import is_installed


OURS = (
    "txaio",
    "txaio-interfaces",
    "txaio-primitives",
    "txaio-common",
    "txaio-asyncio",
    "txaio-twisted-core",
    "txaio-twisted",
    "txaio-anyio",
    "pytest-txaio",
)
"""Our distributions."""

ONE_RELEASE = frozenset(
    {"txaio", "txaio-common", "txaio-asyncio", "txaio-twisted-core", "txaio-anyio"}
)
"""txaio-common and those that use it, which have to be of one release."""

OTHERS = ("twisted", "anyio", "trio", "uvloop")


class Loop(NamedTuple):
    """An event loop, the packages that it needs, and what installs them."""

    name: str
    backend: str
    frameworks: tuple[str, ...]
    requirement: str

    def has_backend(self) -> bool:
        """Tell whether the backend is installed; imports nothing."""
        return is_installed(self.backend)

    def has_frameworks(self) -> bool:
        """Tell whether the frameworks are installed; imports nothing."""
        return all(is_installed(package) for package in self.frameworks)


LOOPS = (
    Loop("asyncio", "txaio_asyncio", (), "txaio[asyncio]"),
    Loop("uvloop", "txaio_asyncio", ("uvloop",), "txaio[uvloop]"),
    Loop("twisted", "txaio_twisted", ("twisted",), "txaio[twisted]"),
    Loop("anyio-asyncio", "txaio_anyio", ("anyio",), "txaio[anyio]"),
    Loop("anyio-uvloop", "txaio_anyio", ("anyio", "uvloop"), "txaio[anyio,uvloop]"),
    Loop("anyio-trio", "txaio_anyio", ("anyio", "trio"), "txaio[trio]"),
)


def loops() -> list[Loop]:
    """Return the loops that exist for this Python and this system."""
    without = sys.implementation.name == "pypy" or sys.platform == "win32"
    return [loop for loop in LOOPS if not (without and "uvloop" in loop.frameworks)]


def versions(distributions: tuple[str, ...]) -> dict[str, str]:
    """Return the versions of the installed ones of *distributions*."""
    found = {}
    for name in distributions:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def release(number: str) -> tuple[str, ...]:
    """Return the release that version *number* belongs to: 26.12 of 26.12.1."""
    return tuple(number.split(".")[:2])


def is_mixed(ours: dict[str, str]) -> bool:
    """Tell whether *ours*, the versions by distribution, do not fit together."""
    together = {release(ours[name]) for name in ONE_RELEASE.intersection(ours)}
    return len(together) > 1
