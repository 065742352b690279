"""Programs that get a signal at a random moment, one after the other.

Each is a process of its own, forked once the loop is imported, which takes longest.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import time
from collections.abc import Iterator
from random import Random
from tempfile import TemporaryFile
from traceback import print_exc
from typing import Any, NamedTuple

from signals._loops import RUNS
from signals._program import CANCELLED, INTERRUPTED, UNCLEAN, Program


LONGEST = 0.05
"""The seconds after which a signal comes at the latest."""
LIMIT = 30.0
"""The seconds in which a program has to end, on a slow machine, too."""
FAILED = 6
"""The exit status if `run` raises anything else."""


class Kind(NamedTuple):
    """A signal, and whether the program handles it as docs/how-to/stop.md says."""

    number: signal.Signals
    is_handled: bool = False

    def expected(self, loop: str) -> int:
        """Return the status of a program on *loop*, negative if the signal ends it."""
        if self.is_handled:
            return 0
        if self.number == signal.SIGINT:
            return INTERRUPTED
        return CANCELLED if loop.startswith("twisted") else -self.number


KINDS = (Kind(signal.SIGINT), Kind(signal.SIGTERM, is_handled=True))
ALL_KINDS = (*KINDS, Kind(signal.SIGTERM))

MEANINGS = {
    0: "main returned",
    INTERRUPTED: "KeyboardInterrupt",
    CANCELLED: "CancelledError",
    UNCLEAN: "some clean-up did not run",
    FAILED: "another exception",
    -signal.SIGKILL: f"it had not ended after {LIMIT:g} s",
    -signal.SIGTERM: "ended by SIGTERM",
    -signal.SIGINT: "ended by SIGINT",
}


def trials(loop: str, count: int, seed: int) -> Iterator[str]:
    """Run *count* programs on *loop*; yield what is wrong with each, or an empty text.

    A third kind, SIGTERM that nothing handles, is tried now and then.
    """
    random = Random(seed)
    run = RUNS[loop]()
    for number in range(count):
        kind = ALL_KINDS[2] if number % 10 == 4 else KINDS[number % 2]
        yield _trial(loop, run, kind, random.uniform(0, LONGEST))


def _trial(loop: str, run: Any, kind: Kind, delay: float) -> str:
    reading, writing = os.pipe()
    with TemporaryFile() as errors:
        process = os.fork()
        if not process:
            _be_the_program(run, kind, writing, errors.fileno())
        os.close(writing)
        try:
            is_ready = bool(os.read(reading, 1))
            time.sleep(delay)
            os.kill(process, kind.number)
            status = _wait(process)
        finally:
            os.close(reading)
        errors.seek(0)
        output = errors.read().decode(errors="replace").strip()
    expected = kind.expected(loop)
    if is_ready and status == expected and not output:
        return ""
    handled = ", handled" if kind.is_handled else ""
    return (
        f"{kind.number.name}{handled} after {delay * 1000:.1f} ms:"
        f" {MEANINGS.get(status, status)}, not {MEANINGS[expected]}\n{output}".strip()
    )


def _be_the_program(run: Any, kind: Kind, ready: int, errors: int) -> None:
    """Run the program in this process, which has been forked, and end it."""
    os.dup2(errors, 2)
    status = FAILED
    try:
        status = Program(ready, handles=kind.is_handled).run(run)
    except BaseException:
        print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status)


def _wait(process: int) -> int:
    """Wait until *process* has ended, or end it; return its status."""
    deadline = time.monotonic() + LIMIT
    while time.monotonic() < deadline:
        ended, status = os.waitpid(process, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        select.select([], [], [], 0.005)
    os.kill(process, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
