"""Lines of several threads, of signal handlers, and of processes that fork or exit."""

from __future__ import annotations

import signal
import subprocess
import sys
from io import StringIO
from threading import Thread
from typing import TYPE_CHECKING

import pytest


if TYPE_CHECKING:
    from pathlib import Path

    from txaio_common import Backend


@pytest.mark.parametrize("kind", ["path", "stream"])
def test_threads(txa: Backend, tmp_path: Path, kind: str):
    """O7: Eight threads write 2,000 lines each to a file, and every line is whole."""
    path = tmp_path / "log"
    log = txa.make_logger("some")

    def work(name: int) -> None:
        for n in range(2000):
            log.info("{name} {n} {filling}", name=name, n=n, filling="x" * (n % 99))

    with path.open("w") as file:
        txa.start_logging(path if kind == "path" else file)
        threads = [Thread(target=work, args=(name,)) for name in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    lines = [line.partition(" some: ")[2] for line in path.read_text().splitlines()]
    expected = {
        f"{name} {n} {'x' * (n % 99)}" for name in range(8) for n in range(2000)
    }
    assert len(lines) == 16_000
    assert set(lines) == expected


def test_long_message(txa: Backend, tmp_path: Path):
    """O7: A message of 10 MB is one line."""
    txa.start_logging(tmp_path / "log")
    txa.make_logger("some").info("{x}", x="y" * 10_000_000)
    (line,) = (tmp_path / "log").read_text().splitlines()
    assert line.endswith("y" * 10_000_000)


AT_EXIT = """
import os, sys
from txaio_common import RecordEmitter, make_logger, start_logging

emitter = RecordEmitter(lambda: None)
start_logging(emitter, {out}, "info", "text")
make_logger("some", emitter).info("x")
os._exit(0)
"""


@pytest.mark.parametrize("out", ["sys.stdout", "sys.stdout.buffer", "sys.argv[1]"])
def test_line_is_written_when_the_call_returns(tmp_path: Path, out: str):
    """O7: The process may exit immediately after it, without any clean-up."""
    command = [sys.executable, "-c", AT_EXIT.format(out=out), str(tmp_path / "log")]
    run = subprocess.run(command, check=True, capture_output=True, text=True)
    assert run.stderr == ""
    if out == "sys.argv[1]":
        assert (tmp_path / "log").read_text().endswith(" info some: x\n")
    else:
        assert run.stdout.endswith(" info some: x\n")


FORK = """
import os, sys, threading
from txaio_common import RecordEmitter, make_logger, start_logging
from txaio_common._logging.sink import WRITE_LOCK

emitter = RecordEmitter(lambda: None)
start_logging(emitter, sys.stdout, "info", "text")
log = make_logger("some", emitter)
held, done = threading.Event(), threading.Event()

def hold():
    with WRITE_LOCK.lock:
        WRITE_LOCK.holder = threading.get_ident()
        held.set()
        done.wait()
        WRITE_LOCK.holder = 0

thread = threading.Thread(target=hold)
thread.start()
held.wait()
child = os.fork()
if child == 0:
    log.info("child {holder}", holder=WRITE_LOCK.holder)
    os._exit(0)
os.waitpid(child, 0)
done.set()
thread.join()
log.info("parent")
"""


def test_fork_during_a_write():
    """O7: A child that is forked while another thread writes can write."""
    command = [sys.executable, "-W", "ignore", "-c", FORK]
    run = subprocess.run(
        command, check=True, capture_output=True, text=True, timeout=60
    )
    lines = [line.partition(" ")[2] for line in run.stdout.splitlines()]
    assert lines == ["info some: child 0", "info some: parent"]


def test_handler_of_a_signal(txa: Backend):
    """O7: A line that a signal handler logs during another one is whole."""
    log = txa.make_logger("some")

    class Interrupted(StringIO):
        def write(self, text: str) -> int:
            half = len(text) // 2
            super().write(text[:half])
            if "first" in text:
                signal.raise_signal(signal.SIGINT)
            return super().write(text[half:])

    before = signal.signal(signal.SIGINT, lambda *_args: log.info("second"))
    try:
        out = Interrupted()
        txa.start_logging(out)
        log.info("first")
    finally:
        signal.signal(signal.SIGINT, before)
    first, second = out.getvalue().splitlines()
    assert first.endswith("first")
    assert second.endswith("second")
