"""The log of Autobahn at level debug, on this txaio and on txaio 26.6."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter

import pytest
from processes import HERE, environment


TIMEOUT = 60
"""The seconds that a run may take; it takes two."""

TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d"
BEFORE = re.compile(rf"^{TIME}(?:\+0000)? ", re.MULTILINE)
NOW = re.compile(
    rf"^{TIME}\.\d{{3}}\+00:00 (?:debug|info|warn|error|critical) [\w.]+: ",
    re.MULTILINE,
)
"""What begins a record."""
LAST = {"asyncio": "asked to crash", "twisted": "Main loop terminated."}
"""What is among the last messages."""
TRACEBACK = "Traceback (most recent call last):"

# What differs from run to run, and how 26.6 writes the same on Twisted.
DIFFERENCES = [
    (r"\x1b\[[0-9;]*m|\r$", ""),
    (r"127\.0\.0\.1:\d+|TCP Port \d+|starting on \d+", "PORT"),
    (r"0x[0-9a-f]+", "ADDRESS"),
    (r"fd=\d+|'own_(?:fd|pid|tid)': -?\d+", "ID"),
    (r"[A-Za-z0-9+/]{22,27}={1,2}", "KEY"),
    (r"\n *[~^]+(?=\n)", ""),
    (r"^builtins\.", ""),
]


def records(text, header):
    """Return the messages in *text*, without what differs from run to run."""
    first, *messages = header.split(text)
    assert not first, text
    for pattern, common in DIFFERENCES:
        messages = [
            re.sub(pattern, common, message, flags=re.MULTILINE) for message in messages
        ]
    return Counter(message.rstrip() for message in messages)


@pytest.fixture(scope="module", params=["asyncio", "twisted"])
def logs(request, predecessor):
    """Run server and client on both, and give what each has written."""
    command = [sys.executable, str(HERE / "websocket_log.py"), request.param]
    found = []
    for changes in ({"PYTHONPATH": str(predecessor)}, {}):
        # On a busy machine, the end of 26.6's log may be missing.
        for _ in range(10 if changes else 1):
            done = subprocess.run(
                command,
                check=False,
                env=environment(TZ="UTC", **changes),
                capture_output=True,
                text=True,
                timeout=TIMEOUT,
            )
            assert done.returncode == 0, done.stderr
            if LAST[request.param] in done.stdout:
                break
        found.append(done.stdout)
    return found


def test_messages_are_those_of_the_predecessor(logs):
    """The same messages, and no field after any of them: Autobahn names all."""
    before, now = logs
    unindented = re.sub(r"^ {4}", "", now, flags=re.MULTILINE)
    expected = records(before, BEFORE)
    assert sum(expected.values()) > 30
    assert records(unindented, NOW) == expected


def test_lines_are_readable(logs):
    """No line contains an escape, and each that begins no record is indented."""
    _, now = logs
    assert "\\x1b" not in now
    for line in now.splitlines():
        assert NOW.match(line) or line.startswith("    ")
        assert line.isprintable()
        assert not line.endswith("\\r")


def test_error_is_written_once_with_its_traceback(logs):
    """The error of the server is there with one traceback, which ends with it."""
    _, now = logs
    assert now.count(TRACEBACK) == 1
    assert now.count("\n    RuntimeError: asked to crash\n") == 1
