"""List what behaves differently since txaio 26.6: `python -m txaio.migrate PATH…`.

It reads the source of a program, and runs nothing of it.  The exit status is 1 if there
is a use to look at, or a file that cannot be read, and 0 if not.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from txaio._migration import futures, logs, names, timers
from txaio._migration.code import Code, Rule


RULES: tuple[Rule, ...] = (
    *futures.RULES,
    *timers.RULES,
    *logs.RULES,
    *names.RULES,
)
"""What is looked for; the guide has the same in its tables and lists."""


def uses(code: Code) -> Iterator[tuple[int, Rule]]:
    """Yield the lines of *code* that have to be looked at, with the reason."""
    if code.uses_txaio:
        for node in code.nodes:
            for rule in RULES:
                if isinstance(node, rule.kind) and rule.applies(code, node):
                    yield getattr(node, "lineno", 0), rule


def python_files(paths: list[Path]) -> Iterator[Path]:
    """Yield the files among *paths*, and the Python files in the folders among them."""
    for path in paths:
        if path.is_dir():
            yield from sorted(path.rglob("*.py"))
        else:
            yield path


def main(arguments: list[str]) -> int:
    """Print the uses in the files that *arguments* name; return the exit status."""
    parser = argparse.ArgumentParser("python -m txaio.migrate", description=__doc__)
    parser.add_argument("paths", metavar="PATH", nargs="+", type=Path)
    count = status = 0
    for path in python_files(parser.parse_args(arguments).paths):
        try:
            text = path.read_text(encoding="utf-8")
            found = list(uses(Code(path, text)))
        except (OSError, SyntaxError, ValueError) as error:
            print(f"{path}: not read: {error}", file=sys.stderr)
            status = 1
            continue
        lines = text.splitlines()
        for line, rule in sorted(found, key=lambda it: it[0]):
            print(f"{path}:{line}: {rule.row}: {rule.advice}")
            print(f"    {lines[line - 1].strip()}")
        count += len(found)
    print(f"{count} to look at" if count else "nothing to look at")
    return 1 if count else status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
