"""The imports of each package, in a new interpreter."""

from __future__ import annotations

import subprocess
import sys

import pytest


BACKENDS = {"txaio_asyncio", "txaio_twisted", "txaio_anyio"}
LOOPS = {"anyio", "asyncio", "trio", "twisted", "uvloop"}
FORBIDDEN = {
    "txaio_interfaces": BACKENDS | LOOPS | {"txaio_common"},
    "txaio_primitives": BACKENDS | LOOPS | {"txaio_common"},
    "txaio_common": BACKENDS | LOOPS,
    "txaio_asyncio": (BACKENDS | LOOPS) - {"txaio_asyncio", "asyncio"},
    "txaio_twisted": (BACKENDS | LOOPS) - {"txaio_twisted", "twisted", "asyncio"},
    "txaio_anyio": (BACKENDS | LOOPS) - {"txaio_anyio", "anyio", "asyncio"},
    "txaio": (BACKENDS | LOOPS) - {"asyncio"},
}


def python(code: str) -> set[str]:
    """Run *code* in a new interpreter, and return the words of its output."""
    start = f"import sys; sys.path[:] = {sys.path!r}; "
    # Without site, which may load any module by itself.
    command = [sys.executable, "-I", "-S", "-c", start + code]
    run = subprocess.run(command, check=True, capture_output=True, text=True)
    return set(run.stdout.split())


@pytest.mark.parametrize("package", FORBIDDEN)
def test_import_loads_no_forbidden_package(package):
    """A package imports no framework but its own, even if others are installed."""
    loaded = python(f"import {package}; print(*sys.modules)")
    assert package in loaded
    assert loaded & FORBIDDEN[package] == set()


@pytest.mark.parametrize("package", FORBIDDEN)
def test_import_makes_no_loop_and_no_thread(package):
    """The application decides which event loop runs, and when (L2)."""
    found = python(
        f"import {package}, asyncio, gc, threading\n"
        "kinds = [type(found) for found in gc.get_objects()]\n"
        "print(any(issubclass(kind, asyncio.AbstractEventLoop) for kind in kinds))\n"
        "print(threading.active_count() > 1)\n"
    )
    assert found == {"False"}


@pytest.mark.parametrize("package", FORBIDDEN)
def test_import_installs_no_reactor(package):
    """It does not import `twisted.internet.reactor`, which installs one (L2)."""
    loaded = python(f"import {package}; print(*sys.modules)")
    assert "twisted.internet.reactor" not in loaded
