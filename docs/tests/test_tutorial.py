"""The tutorial, followed word by word."""

from __future__ import annotations

import os
import subprocess
import sys
from doctest import ELLIPSIS, NORMALIZE_WHITESPACE, OutputChecker
from pathlib import Path

from blocks import DOCS, blocks


PAGE = DOCS / "tutorial" / "index.md"
OUTPUT = OutputChecker()
WHERE_PYTHON_IS = Path(sys.executable).parent
PATIENCE = 60.0
"""For how many seconds a command may run."""


def test_every_step_does_what_the_page_says(tmp_path):
    """Who writes the files and types the commands sees what the page shows."""
    steps = 0
    for block in blocks(PAGE):
        if block.language == "python":
            write(block, tmp_path)
        elif block.remark != "not run":
            steps += 1
            follow(block.text, tmp_path)
    assert steps == 5


def test_lines_to_take_out_are_needed(tmp_path):
    """A test fails on all but asyncio without the lines that the page speaks of."""
    for block in blocks(PAGE):
        if block.language == "python":
            write(block, tmp_path)
    file = tmp_path / "retry.py"
    lines = "        except txa.CancelledError:\n            raise\n"
    before, after = file.read_text().split(lines)
    file.write_text(before + after)
    run = type_in("python -m pytest -q test_retry.py", tmp_path)
    summary = [line for line in run.stdout.splitlines() if "FAILED" in line]
    assert [line.partition(" - ")[0] for line in summary] == [
        f"FAILED test_retry.py::test_can_be_cancelled[{name}]"
        for name in ("twisted", "anyio-asyncio", "anyio-trio")
    ]


def write(block, folder):
    """Write the file that *block* shows, or the line of it that changes."""
    file = folder / block.options["caption"]
    text = block.text
    if block.remark == "one line changes":
        text = with_line(file.read_text(), text)
    file.write_text(text)


def with_line(text, line):
    """Return *text* with *line* in the place of the one that begins like it."""
    start = line[:8]
    [old] = [each for each in text.splitlines() if each.startswith(start)]
    return text.replace(old, line.rstrip())


def follow(session, folder):
    """Type what *session* shows after the prompt, and see what it shows below."""
    prompt, _, expected = session.partition("\n")
    run = type_in(prompt.removeprefix("$ "), folder)
    assert (run.stderr, run.returncode) == ("", 0), run.stdout
    flags = ELLIPSIS | NORMALIZE_WHITESPACE
    assert OUTPUT.check_output(expected, run.stdout, flags), run.stdout


def type_in(command, folder):
    """Run *command*, with this Python, where warnings are shown."""
    path = f"{WHERE_PYTHON_IS}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        command.split(),
        cwd=folder,
        env={**os.environ, "PATH": path, "PYTHONDEVMODE": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
