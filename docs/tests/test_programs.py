"""The page on programs that already run: its files, and its commands as printed."""

from __future__ import annotations

import os
import shlex
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from blocks import DOCS, blocks
from presence import Presence
from twisted.internet.task import Clock

from txaio_twisted import TwistedBackend


PAGE = DOCS / "how-to" / "running-program.md"
PROGRAMS = DOCS / "examples" / "presence"
COMMANDS = [
    block.text.removeprefix("$ ")
    for block in blocks(PAGE)
    if block.language == "console" and block.remark != "not run"
]
TIMEOUT = 30.0
"""The seconds that a program may take to start."""
ENVIRONMENT = {name: text for name, text in os.environ.items() if name != "PYTHONPATH"}
ENVIRONMENT["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"


def free_port():
    """Return the number of a port that nothing uses."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return str(free.getsockname()[1])


@pytest.fixture
def folder(tmp_path):
    """A folder with the files that the page shows, and nothing else."""
    names = [line.partition(": ")[2] for line in PAGE.read_text().splitlines()]
    for name in names:
        if name.endswith(".py"):
            (tmp_path / name).write_text((PROGRAMS / name).read_text())
    assert len([*tmp_path.iterdir()]) == 4
    return tmp_path


def command(program, port):
    """Return the command of the page that runs *program*, with another *port*."""
    [text] = [each for each in COMMANDS if each.split()[-1] == program]
    more = f" --port {port}" if program.startswith("fastapi") else ""
    return f"PORT={port} exec env {text.strip()}{more}"


@contextmanager
def running(text, folder):
    """Run the command *text* during the block, and show its output on failure."""
    with (
        (folder / "output").open("w+b") as output,
        subprocess.Popen(
            ["/bin/sh", "-c", text],
            cwd=folder,
            env=ENVIRONMENT,
            stdout=output,
            stderr=subprocess.STDOUT,
        ) as process,
    ):
        try:
            yield process
        except Exception as error:
            error.add_note((folder / "output").read_text())
            raise
        finally:
            process.terminate()


def request(number, port, process, folder):
    """Run a command of the page until the server answers; compare the answer."""
    text, _, shown = COMMANDS[number].partition("\n")
    words = shlex.split(text.replace("8000", port).replace("8007", port))
    end = time.monotonic() + TIMEOUT
    while True:
        answer = subprocess.run(
            words,
            cwd=folder,
            env=ENVIRONMENT,
            capture_output=True,
            text=True,
            check=False,
        )
        if answer.returncode == 0:
            assert answer.stdout.strip() == shown.strip()
            return
        assert process.poll() is None
        assert time.monotonic() < end, answer.stderr


@pytest.mark.parametrize(
    ("program", "number"),
    [("fastapi_app:app", 1), ("twisted_service.py", 3), ("trio_program.py", 3)],
)
def test_commands_of_the_page(program, number, folder):
    """The program starts, and answers as the page shows."""
    port = free_port()
    with running(command(program, port), folder) as process:
        request(number, port, process, folder)


def test_library():
    """Presence forgets names after the given time, and never earlier."""
    clock = Clock()
    presence = Presence(TwistedBackend(clock), seconds=30, bucket=1)
    presence.seen("ada")
    presence.seen("bob")
    clock.advance(20)
    presence.seen("ada")
    clock.advance(9.9)
    assert presence.names() == ["ada", "bob"]
    clock.advance(1.1)
    assert presence.names() == ["ada"]
    clock.advance(20)
    assert presence.names() == []
