"""Import a distribution that was installed into an empty environment.

Fails if the environment has distributions of ours that it does not require, or, if it
requires only ours, any other distribution.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import re
import sys


# New environments may have these.
INSTALLERS = {"pip", "setuptools", "wheel"}


def required(distribution: str) -> set[str]:
    """Return *distribution* and its requirements, and those of our distributions."""
    requirements = importlib.metadata.requires(distribution) or []
    names = {re.split(r"[^\w.-]", line)[0] for line in requirements if ";" not in line}
    ours = {name for name in names if name.startswith("txaio-")}
    return {distribution}.union(names, *map(required, ours))


def check_requirements(distribution: str) -> None:
    """Exit with a message if there is a distribution that is not required."""
    installed = {
        found.name for found in importlib.metadata.distributions()
    } - INSTALLERS
    expected = required(distribution)
    if any(not name.startswith("txaio-") for name in expected):
        installed = {name for name in installed if name.startswith("txaio-")}
    if extra := installed - expected:
        sys.exit(f"{distribution} came with {', '.join(sorted(extra))}")


def import_packages(distribution: str) -> None:
    """Import every package of *distribution*, or see an error that names the fix."""
    files = importlib.metadata.files(distribution) or []
    for package in {file.parts[0] for file in files if file.name == "__init__.py"}:
        found = "can be imported"
        try:
            importlib.import_module(package)
        except ImportError as error:
            # It does not require Twisted, and says what does.
            if (distribution, error.name) != ("txaio-twisted-core", "twisted"):
                raise
            found = f"says: {error}"
        sys.stdout.write(f"{package} of {distribution} {found}\n")


if __name__ == "__main__":
    check_requirements(sys.argv[1])
    import_packages(sys.argv[1])
