"""The example programs that use the library `presence`: each is started."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from urllib.error import URLError
from urllib.request import Request, urlopen

import pytest
from blocks import DOCS
from presence import Presence
from twisted.internet.task import Clock

from txaio_twisted import TwistedBackend


PROGRAMS = DOCS / "examples" / "presence"
TIMEOUT = 30.0
"""The seconds that a program may take to start."""


@pytest.fixture
def port():
    """A free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@contextmanager
def running(port, tmp_path, *command):
    """Run *command* during the block, and show its output if something fails."""
    env = {**os.environ, "PORT": str(port), "PYTHONPATH": str(PROGRAMS)}
    with (
        (tmp_path / "output").open("w+b") as output,
        subprocess.Popen(
            [sys.executable, *command],
            cwd=tmp_path,
            env=env,
            stdout=output,
            stderr=subprocess.STDOUT,
        ) as process,
    ):
        try:
            yield process
        except Exception as error:
            error.add_note((tmp_path / "output").read_text())
            raise
        finally:
            process.terminate()


def retry_until_ready(process, request):
    """Return the result of *request*, once the program listens."""
    end = time.monotonic() + TIMEOUT
    while True:
        try:
            return request()
        except (ConnectionError, URLError):
            assert process.poll() is None
            assert time.monotonic() < end
        threading.Event().wait(0.05)


def names_after(port, *names):
    """Send *names*, one on each line, and return the last answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT) as connection:
        lines = connection.makefile("rw", encoding="utf-8", newline="\n")
        answer = ""
        for name in names:
            lines.write(f"{name}\n")
            lines.flush()
            answer = lines.readline()
        return answer


def put(port, name):
    """Send *name* to the web application, and return the answer."""
    url = f"http://127.0.0.1:{port}/seen/{name}"
    with urlopen(Request(url, method="PUT"), timeout=TIMEOUT) as response:
        return response.read()


def test_fastapi(port, tmp_path):
    """The library works in a FastAPI application under uvicorn."""
    uvicorn = ["-m", "uvicorn", "fastapi_app:app", "--port", str(port)]
    with running(port, tmp_path, *uvicorn) as process:
        retry_until_ready(process, lambda: put(port, "bob"))
        assert put(port, "ada") == b'["ada","bob"]'


def test_twisted_service(port, tmp_path):
    """The library works in a Twisted service under twistd."""
    start = "from twisted.scripts.twistd import run; run()"
    file = str(PROGRAMS / "twisted_service.py")
    twistd = ["-c", start, "--nodaemon", "--python", file]
    with running(port, tmp_path, *twistd) as process:
        answer = retry_until_ready(process, lambda: names_after(port, "bob", "ada"))
        assert answer == "ada bob\n"


def test_trio_program(port, tmp_path):
    """The library works in a Trio program."""
    with running(port, tmp_path, str(PROGRAMS / "trio_program.py")) as process:
        answer = retry_until_ready(process, lambda: names_after(port, "bob", "ada"))
        assert answer == "ada bob\n"


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
