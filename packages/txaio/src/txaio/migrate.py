"""List what behaves differently since txaio 26.6: `python -m txaio.migrate PATH…`.

It reads the source of a program, and runs nothing of it.  In a folder it leaves out
hidden folders and virtual environments.  The exit status is 1 if there is a use to look
at, or something that cannot be read, and 0 if not.
"""

from __future__ import annotations

import argparse
import os
import sys
import tokenize
import warnings
from collections.abc import Iterator
from io import TextIOWrapper
from pathlib import Path
from typing import cast

from txaio._migration import coroutines, futures, logs, names, timers
from txaio._migration.code import Code, Rule


RULES: tuple[Rule, ...] = (
    *futures.RULES,
    *coroutines.RULES,
    *timers.RULES,
    *logs.RULES,
    *names.RULES,
)
"""What is looked for; the guide has the same in its tables and lists."""


class UnreadableError(Exception):
    """A file or a folder cannot be read; the text is the reason."""


def uses(code: Code) -> Iterator[tuple[int, Rule]]:
    """Yield the lines of *code* that have to be looked at, with the reason."""
    if code.uses_txaio:
        for node in code.nodes:
            for rule in RULES:
                if isinstance(node, rule.kind) and rule.applies(code, node):
                    yield getattr(node, "lineno", 0), rule


def python_files(folder: Path) -> list[Path]:
    """Return the Python files in *folder*.

    Hidden folders in it, and virtual environments, are not of the program.
    Raises `UnreadableError` if there are no others.
    """
    found: list[Path] = []
    for name, folders, files in os.walk(folder):
        inside = Path(name)
        folders[:] = [
            each
            for each in folders
            if not (each.startswith(".") or (inside / each / "pyvenv.cfg").exists())
        ]
        found += [inside / each for each in files if each.endswith(".py")]
    if not found:
        raise UnreadableError("no Python files in it")
    return sorted(found)


def read(path: Path) -> tuple[list[str], Code]:
    """Return the lines of the file *path*, and its source code.

    Raises `UnreadableError` if it is not there, or no Python.
    """
    try:
        # It has the encoding that it declares, or else UTF-8.
        with tokenize.open(path) as file:
            text = file.read()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            code = Code(path, text)
    except OSError as error:
        raise UnreadableError(error.strerror) from error
    except (SyntaxError, ValueError) as error:
        raise UnreadableError(str(error)) from error
    except (RecursionError, MemoryError) as error:
        raise UnreadableError("too deeply nested") from error
    # `splitlines` splits at characters that end no line for Python, too.
    return text.split("\n"), code


def report(path: Path) -> int:
    """Print the uses in the file *path*, and return their number."""
    lines, code = read(path)
    found = sorted(uses(code), key=lambda it: it[0])
    for line, rule in found:
        print(f"{path}:{line}: {rule.row}: {rule.advice}")
        print(f"    {lines[line - 1].strip()}")
    return len(found)


def main(arguments: list[str]) -> int:
    """Print the uses in the files that *arguments* name; return the exit status."""
    parser = argparse.ArgumentParser("python -m txaio.migrate", description=__doc__)
    parser.add_argument("paths", metavar="PATH", nargs="+", type=Path)
    count = unread = 0
    left = parser.parse_args(arguments).paths
    # Each is followed by the files in it, if it is a folder.
    while left:
        path = left.pop(0)
        try:
            if path.is_dir():
                left[:0] = python_files(path)
            else:
                count += report(path)
        except UnreadableError as error:
            print(f"{path}: not read: {error}", file=sys.stderr)
            unread += 1
    summary = f"{count} to look at" if count else "nothing to look at"
    if unread:
        paths = "path was" if unread == 1 else "paths were"
        summary += f", {'and' if count else 'but'} {unread} {paths} not read"
    print(summary)
    return 1 if count or unread else 0


if __name__ == "__main__":
    # Their encoding may lack a character of the program.
    cast("TextIOWrapper", sys.stdout).reconfigure(errors="backslashreplace")
    cast("TextIOWrapper", sys.stderr).reconfigure(errors="backslashreplace")
    sys.exit(main(sys.argv[1:]))
