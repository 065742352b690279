"""Write the files that a page shows, type its commands, and compare what they say.

``python follow_page.py PAGE FOLDER`` needs nothing but what the page tells to install.
Three dots in what the page shows stand for anything.
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


def type_in(command: str, folder: Path) -> str:
    """Return what *command* says in *folder*, run by the Python that runs this."""
    words = [sys.executable, "-m", *command.split()]
    run = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    return run.stdout + run.stderr


def follow(page: Path, folder: Path) -> None:
    """Do what *page* says in *folder*; exit with a message where it is wrong."""
    text = page.read_text(encoding="utf-8")
    for name, content in FILE.findall(text):
        (folder / name).write_text(content, encoding="utf-8")
    for command, shown in SESSION.findall(text):
        said = type_in(command, folder)
        if not OUTPUT.check_output(shown, said, ELLIPSIS | NORMALIZE_WHITESPACE):
            sys.exit(f"$ {command}\n{said}\nThe page shows:\n{shown}")
        sys.stdout.write(f"$ {command}: as the page shows.\n")


if __name__ == "__main__":
    follow(Path(sys.argv[1]), Path(sys.argv[2]))
