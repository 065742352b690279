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


def test_every_step_does_what_the_page_says(tmp_path):
    """Who writes the files and types the commands sees what the page shows."""
    steps = 0
    for block in blocks(PAGE):
        if block.remark == "not run":
            continue
        if block.language == "console":
            steps += 1
            follow(block.text, tmp_path)
        else:
            file = tmp_path / block.options["caption"]
            changed = block.remark == "one line changes"
            file.write_text(
                with_line(file.read_text(), block.text) if changed else block.text
            )
    assert steps == 5


def with_line(text, line):
    """Return *text* with *line* in the place of the one that begins like it."""
    start = line[:8]
    [old] = [each for each in text.splitlines() if each.startswith(start)]
    return text.replace(old, line.rstrip())


def follow(session, folder):
    """Type what *session* shows after the prompt, and see what it shows below."""
    prompt, _, expected = session.partition("\n")
    path = f"{WHERE_PYTHON_IS}{os.pathsep}{os.environ['PATH']}"
    run = subprocess.run(
        prompt.removeprefix("$ ").split(),
        cwd=folder,
        env={**os.environ, "PATH": path, "PYTHONDEVMODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.stderr, run.returncode) == ("", 0), run.stdout
    flags = ELLIPSIS | NORMALIZE_WHITESPACE
    assert OUTPUT.check_output(expected, run.stdout, flags), run.stdout
