"""Published programs that use txaio, with our wheels as the newest on the index.

None of them names an extra of txaio: each requires `txaio`, and Twisted if it uses it.
They take a network, and a variable TXAIO_WHEELS, the folder of the wheels;
without it, no tests are collected here.  `nox --session programs` sets it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest


WHEELS = Path(os.environ["TXAIO_WHEELS"])
VERSIONS = {
    name.replace("_", "-"): version
    for name, version, *_rest in (path.name.split("-") for path in WHEELS.glob("*.whl"))
}
SELECTED = """
import {module}, txaio
print("selected:", "twisted" if txaio.using_twisted else "asyncio")
print("future:", type(txaio.create_future()).__name__)
"""


class Program(NamedTuple):
    """What is installed, and a module of it that selects a framework."""

    requirements: str
    module: str
    selects: str = "twisted"


PROGRAMS = (
    Program("autobahn twisted", "autobahn.twisted.websocket"),
    Program("autobahn", "autobahn.asyncio.websocket", "asyncio"),
    Program("buildbot", "buildbot.wamp.connector"),
    Program("crossbar", "crossbar.router.session"),
    Program("daphne", "daphne.server"),
    # It requires attrs 21.4, with which Twisted 24.10 and newer cannot be installed.
    Program("labgrid==23.0.6", "labgrid.remote.client", "asyncio"),
    Program("magic-wormhole", "wormhole._rendezvous"),
    Program("roslibpy", "roslibpy.comm.comm_autobahn"),
    Program("tahoe-lafs", "allmydata.web.logs"),
)


def run(*command: str) -> str:
    """Run *command*, which has to succeed, and return its output."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(params=PROGRAMS, ids=[each.requirements for each in PROGRAMS])
def program(request) -> Program:
    """Give each program in turn."""
    return request.param


@pytest.fixture
def python(tmp_path, program) -> str:
    """Give the Python of an environment that has the program and what it requires."""
    run("uv", "venv", "--quiet", f"--python={sys.executable}", str(tmp_path / "env"))
    scripts = "Scripts" if sys.platform == "win32" else "bin"
    python = str(tmp_path / "env" / scripts / "python")
    # The wheels may have other contents than those of the same version in the cache.
    fresh = [f"--refresh-package={name}" for name in VERSIONS]
    options = [f"--python={python}", f"--find-links={WHEELS}", *fresh]
    run("uv", "pip", "install", "--quiet", *options, *program.requirements.split())
    return python


def test_program_as_published(python, program):
    """It gets the backend that it selects; Twisted is there if it is required."""
    out = run(python, "-c", SELECTED.format(module=program.module))
    assert f"selected: {program.selects}\n" in out
    future = {"twisted": "ChainedFuture", "asyncio": "Future"}[program.selects]
    assert f"future: {future}\n" in out
    listed = run("uv", "pip", "list", f"--python={python}", "--format=freeze")
    found = dict(line.split("==") for line in listed.split() if "==" in line)
    ours = {name: found[name] for name in VERSIONS if name in found}
    assert ours.keys() == {
        "txaio",
        "txaio-interfaces",
        "txaio-common",
        "txaio-asyncio",
        "txaio-twisted-core",
    }
    assert ours.items() <= VERSIONS.items()
    assert ("twisted" in found) == (program.selects == "twisted")
    run("uv", "pip", "check", f"--python={python}")
    run(python, "-m", "txaio._selfcheck", program.selects)
