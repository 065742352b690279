"""Write the files that a page shows, run its commands, and compare their output.

``python follow_page.py PAGE FOLDER`` needs only what the page says to install.
Three dots in the output that the page shows match any text.
"""

from __future__ import annotations

import re
import subprocess
import sys
from doctest import ELLIPSIS, NORMALIZE_WHITESPACE, OutputChecker
from pathlib import Path


FILE = re.compile(r"```\{code-block\} python\n:caption: (\S+)\n\n(.+?)```", re.DOTALL)
OUTPUT = OutputChecker()
SESSION = re.compile(r"```console\n\$ (.+?)\n(.*?)```", re.DOTALL)


def run_command(command: str, folder: Path) -> str:
    """Return the output of *command* in *folder*, run by this Python."""
    words = [sys.executable, "-m", *command.split()]
    run = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    return run.stdout + run.stderr


def follow(page: Path, folder: Path) -> None:
    """Follow *page* in *folder*; exit with a message where the output differs."""
    text = page.read_text(encoding="utf-8")
    for name, content in FILE.findall(text):
        (folder / name).write_text(content, encoding="utf-8")
    for command, shown in SESSION.findall(text):
        output = run_command(command, folder)
        if not OUTPUT.check_output(shown, output, ELLIPSIS | NORMALIZE_WHITESPACE):
            sys.exit(f"$ {command}\n{output}\nThe page shows:\n{shown}")
        sys.stdout.write(f"$ {command}: as the page shows.\n")


if __name__ == "__main__":
    follow(Path(sys.argv[1]), Path(sys.argv[2]))
