"""Who may import whom, seen from a Python that has just started."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest


HEAVY = {"asyncio", "dataclasses", "enum", "inspect", "logging", "re", "typing"}
LOOPS = {"anyio", "asyncio", "trio", "twisted", "uvloop"}
FORBIDDEN = {
    "txaio_interfaces": HEAVY | LOOPS,
    "txaio_common": LOOPS | {"zope"},
    "txaio_asyncio": LOOPS - {"asyncio"} | {"txaio_twisted", "txaio_anyio", "zope"},
    "txaio_twisted": LOOPS - {"asyncio", "twisted"} | {"txaio_asyncio", "txaio_anyio"},
    "txaio_anyio": {"twisted", "txaio_asyncio", "txaio_twisted", "trio", "uvloop"},
}


def python(code: str) -> list[str]:
    """Run *code* in a new Python, without what `site` would load; return its answer."""
    paths = [path for path in sys.path if path]
    start = f"import sys; sys.path[:] = {paths!r}; "
    command = [sys.executable, "-I", "-S", "-c", start + code]
    run = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(run.stdout)


@pytest.mark.parametrize("package", FORBIDDEN)
def test_import_loads_only_what_the_house_rules_allow(package):
    """A package brings its own framework at most, and the interfaces bring nothing."""
    loaded = python(
        f"import {package}; names = list(sys.modules); "
        "import json; print(json.dumps(names))"
    )
    assert package in loaded
    assert (
        FORBIDDEN[package] & {*loaded, *(name.split(".")[0] for name in loaded)}
        == set()
    )


@pytest.mark.parametrize("package", FORBIDDEN)
def test_import_installs_no_reactor_and_starts_no_loop(package):
    """Which loop runs, and when, is the application's to say."""
    found = python(
        f"import {package}, asyncio, json, threading; loop = []; "
        "print(json.dumps(["
        "'twisted.internet.reactor' in sys.modules, "
        "asyncio.get_event_loop_policy.__module__ and threading.active_count()]))"
    )
    assert found == [False, 1]
