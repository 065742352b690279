"""Scripts in processes of their own, with a time limit."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

import pytest


if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent

START_TIMEOUT = 90
"""The seconds that a server may take to start; a router takes four."""


def environment(**changes: str) -> dict[str, str]:
    """Return the environment of a client: no choice of framework, but *changes*."""
    chosen = {"USE_TWISTED", "USE_ASYNCIO", "PYTHONPATH"}
    kept = {name: value for name, value in os.environ.items() if name not in chosen}
    return {**kept, **changes}


def free_port() -> int:
    """Return a port of 127.0.0.1 that is free."""
    with socket.create_server(("127.0.0.1", 0)) as made:
        return made.getsockname()[1]


def wait_for(port: int, process: subprocess.Popen[Any]) -> None:
    """Wait until a server listens on *port*."""
    end = monotonic() + START_TIMEOUT
    while monotonic() < end and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            sleep(0.1)
        else:
            return
    pytest.fail("the server does not listen")


class Peer:
    """A script that prints its results as lines of JSON."""

    def __init__(self, script: str, *arguments: str) -> None:
        """Start *script*, with deprecation warnings of txaio as errors."""
        command = [
            sys.executable,
            "-W",
            "error::DeprecationWarning:txaio",
            str(HERE / script),
        ]
        self.process = subprocess.Popen(
            [*command, *arguments],
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def first_line(self) -> Any:
        """Return the first line of the script, or fail with its standard error."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, self.process.communicate()[1]
        return json.loads(line)

    def report(self, timeout: float) -> Any:
        """Return the last line of the script, which has to succeed within *timeout*."""
        return json.loads(self.end(timeout).splitlines()[-1])

    def end(self, timeout: float) -> str:
        """Return the output of the script, which has to succeed within *timeout*."""
        out, err = self.process.communicate(timeout=timeout)
        assert self.process.returncode == 0, err
        assert "Unhandled" not in err, err
        return out


@contextmanager
def peer(script: str, *arguments: str) -> Iterator[Peer]:
    """Run a script until the end of the block."""
    made = Peer(script, *arguments)
    try:
        yield made
    finally:
        made.process.kill()
        made.process.communicate()
