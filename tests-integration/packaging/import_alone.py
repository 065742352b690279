"""Import a distribution that was installed into an empty environment.

Fails if others of our distributions came with it than those that it requires,
and, where it requires only ours, if anything else is there.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import re
import sys


# An environment comes with these, or without.
INSTALLERS = {"pip", "setuptools", "wheel"}


def required(distribution: str) -> set[str]:
    """Return *distribution* and all that it requires, others' requirements left out."""
    requirements = importlib.metadata.requires(distribution) or []
    names = {re.split(r"[^\w.-]", line)[0] for line in requirements if ";" not in line}
    ours = {name for name in names if name.startswith("txaio-")}
    return {distribution}.union(names, *map(required, ours))


def check_company(distribution: str) -> None:
    """Exit with a message if there is something beside what *distribution* requires."""
    there = {found.name for found in importlib.metadata.distributions()} - INSTALLERS
    expected = required(distribution)
    if any(not name.startswith("txaio-") for name in expected):
        there = {name for name in there if name.startswith("txaio-")}
    if there - expected:
        sys.exit(f"{distribution} came with {', '.join(sorted(there - expected))}")


def import_packages(distribution: str) -> None:
    """Import every package of *distribution*."""
    files = importlib.metadata.files(distribution) or []
    for package in {file.parts[0] for file in files if file.name == "__init__.py"}:
        importlib.import_module(package)
        sys.stdout.write(f"{distribution} brings {package}, which can be imported.\n")


if __name__ == "__main__":
    check_company(sys.argv[1])
    import_packages(sys.argv[1])
