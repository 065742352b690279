"""The tutorial: its files and commands."""

from __future__ import annotations

import os
import subprocess
import sys
from doctest import ELLIPSIS, NORMALIZE_WHITESPACE, OutputChecker
from pathlib import Path

from blocks import DOCS, blocks


PAGE = DOCS / "tutorial" / "index.md"
OUTPUT = OutputChecker()
PYTHON_FOLDER = Path(sys.executable).parent
TIMEOUT = 60.0
"""The seconds that a command may take."""


def test_every_step_prints_what_the_page_shows(tmp_path):
    """The commands print what the page shows."""
    steps = 0
    for block in blocks(PAGE):
        if block.language == "python":
            write(block, tmp_path)
        elif block.remark != "not run":
            steps += 1
            follow(block.text, tmp_path)
    assert steps == 5


def test_line_that_the_page_says_to_change(tmp_path):
    """With `except BaseException` the test of the cancellation fails."""
    for block in blocks(PAGE):
        if block.language == "python":
            write(block, tmp_path)
    file = tmp_path / "retry.py"
    before, after = file.read_text().split("except Exception")
    file.write_text(f"{before}except BaseException{after}")
    run = run_command("python -m pytest -q test_retry.py", tmp_path)
    summary = [line for line in run.stdout.splitlines() if "FAILED" in line]
    assert [line.partition(" - ")[0] for line in summary] == [
        f"FAILED test_retry.py::test_can_be_cancelled[{name}]"
        for name in ("asyncio", "twisted", "anyio-asyncio", "anyio-trio")
    ]


def write(block, folder):
    """Write the file that *block* shows, or the line of it that changes."""
    file = folder / block.options["caption"]
    text = block.text
    if block.remark == "one line changes":
        text = with_line(file.read_text(), text)
    file.write_text(text)


def with_line(text, line):
    """Return *text* with *line* instead of the line with the same beginning."""
    start = line[:8]
    [old] = [each for each in text.splitlines() if each.startswith(start)]
    return text.replace(old, line.rstrip())


def follow(session, folder):
    """Run the command of *session*, and compare its output."""
    prompt, _, expected = session.partition("\n")
    run = run_command(prompt.removeprefix("$ "), folder)
    assert (run.stderr, run.returncode) == ("", 0), run.stdout
    flags = ELLIPSIS | NORMALIZE_WHITESPACE
    assert OUTPUT.check_output(expected, run.stdout, flags), run.stdout


def run_command(command, folder):
    """Run *command* with this Python in development mode."""
    path = f"{PYTHON_FOLDER}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        command.split(),
        cwd=folder,
        env={**os.environ, "PATH": path, "PYTHONDEVMODE": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT,
    )
