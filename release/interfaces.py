"""The semantic version of txaio-interfaces, which changes only when it does.

Libraries and backends of other projects depend on it, for years.  Within a major
version nothing is removed or changed, and a backend that was written for an earlier
minor version can still be made: a new method has an implementation, or is in a new ABC.
"""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from release.project import INTERFACES, interfaces_pin
from release.stable_api import changes_between, load_both, public_members


if TYPE_CHECKING:
    from pathlib import Path

    from release.project import Project

PACKAGE = "txaio_interfaces"
PARTS = ("major", "minor", "patch")


def is_released(here: Project, tag: str | None, version: str) -> bool:
    """Tell whether txaio-interfaces has changed since *tag*, and so is released.

    Raises `ValueError` if *version* does not fit the changes.
    """
    interfaces_pin(version)
    before = None if tag is None else version_at(here.root, tag)
    if tag is None or before is None:
        return True
    part = changed_part(here, tag)
    if part is None:
        if version != before:
            raise ValueError(
                f"{INTERFACES} has not changed since {tag}: it stays {before}"
            )
        return False
    old, new = ([int(number) for number in it.split(".")] for it in (before, version))
    # A major version is larger in its first number, a minor one in its first two.
    numbers = PARTS.index(part) + 1
    if new[:numbers] <= old[:numbers]:
        raise ValueError(
            f"{INTERFACES} has changed since {tag}, and needs a new {part} version"
            f" after {before}, not {version}: choose one (--interfaces VERSION)"
        )
    return True


def version_at(root: Path, tag: str) -> str | None:
    """Return the version of txaio-interfaces at *tag*, or None if it had none."""
    command = ["git", "show", f"{tag}:packages/{INTERFACES}/VERSION"]
    run = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    return run.stdout.strip() or None


def changed_part(here: Project, tag: str) -> str | None:
    """Return the part of the version that changes since *tag* require, or None.

    Documentation and tests are no changes.
    """
    paths = [str(here.interfaces / it) for it in ("src", "pyproject.toml")]
    command = ["git", "diff", "--quiet", tag, "--", *paths]
    if not subprocess.call(command, cwd=here.root):
        return None
    old, new = load_both(here.root, tag, here.interfaces / "src" / PACKAGE)
    if any(changes_between(old, new)):
        return "major"
    is_larger = public_members(new).keys() - public_members(old).keys()
    return "minor" if is_larger else "patch"
