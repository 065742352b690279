"""Pages with files and commands: write the files, run the commands, compare.

A page may show another folder than the one in which the commands run.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from doctest import ELLIPSIS, NORMALIZE_WHITESPACE, OutputChecker
from pathlib import Path


OUTPUT = OutputChecker()
PYTHON_FOLDER = Path(sys.executable).parent
TIMEOUT = 60.0
"""The seconds that a command may take."""


def write(block, folder):
    """Write the file that *block* shows, or the line of it that changes."""
    file = folder / block.options["caption"]
    text = block.text
    if block.remark == "one line changes":
        text = with_line(file.read_text(), text)
    file.write_text(text)


def with_line(text, line):
    """Return *text* with *line* instead of the one that imports or calls the same."""
    start, end = line[:8], line.partition("import")[2].strip()
    lines = [each for each in text.splitlines() if each.startswith(start)]
    [old] = [each for each in lines if each.endswith(end)]
    return text.replace(old, line.rstrip())


def follow(session, folder):
    """Run the command of *session*, and compare its output."""
    prompt, _, expected = session.partition("\n")
    run = run_command(prompt.removeprefix("$ "), folder)
    assert (run.stderr, run.returncode) == ("", 0), run.stdout
    flags = ELLIPSIS | NORMALIZE_WHITESPACE
    output = run.stdout.replace(str(folder), "/home/ada")
    output = re.sub(r"(?<= at )(?=\w)", "/home/ada/", output)
    assert OUTPUT.check_output(expected, output, flags), run.stdout


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
