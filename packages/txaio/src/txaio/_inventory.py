"""The installed distributions of txaio, and those of the event loops it runs on."""

from __future__ import annotations

import sys
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import NamedTuple


OURS = (
    "txaio",
    "txaio-interfaces",
    "txaio-common",
    "txaio-asyncio",
    "txaio-twisted",
    "txaio-anyio",
    "pytest-txaio",
)
"""Our distributions, all of which are released together."""

OTHERS = ("twisted", "anyio", "trio", "uvloop")


class Loop(NamedTuple):
    """An event loop, the packages that it needs, and the extra that installs them."""

    name: str
    packages: tuple[str, ...]
    extra: str


LOOPS = (
    Loop("asyncio", ("txaio_asyncio",), "asyncio"),
    Loop("uvloop", ("txaio_asyncio", "uvloop"), "uvloop"),
    Loop("twisted", ("txaio_twisted", "twisted"), "twisted"),
    Loop("anyio-asyncio", ("txaio_anyio", "anyio"), "anyio"),
    Loop("anyio-trio", ("txaio_anyio", "anyio", "trio"), "trio"),
)


def loops() -> list[Loop]:
    """Return the loops that exist for this Python and this system."""
    without = sys.implementation.name == "pypy" or sys.platform == "win32"
    return [loop for loop in LOOPS if not (without and loop.name == "uvloop")]


def is_installed(loop: Loop) -> bool:
    """Tell whether all packages that *loop* needs are installed; imports none."""
    return all(find_spec(package) for package in loop.packages)


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
    """Tell whether the versions in *ours*, by distribution, differ in their release."""
    return len({release(number) for number in ours.values()}) > 1
