"""The public API has to keep all that it had at the last release.

A break that is meant is one that the changelog names as changed or removed.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import griffe

from release.changelog import Changelog


if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def last_tag(root: Path) -> str | None:
    """Return the newest release's tag in the history of *root*, or None."""
    command = ["git", "describe", "--tags", "--abbrev=0", "--match=v*"]
    run = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    return run.stdout.strip() or None


def breaks(root: Path, tag: str) -> Iterator[griffe.Breakage]:
    """Yield what changed in *root* since *tag* so that callers may fail."""
    for folder in sorted(root.glob("packages/*/src/*/")):
        name = folder.name
        source = folder.parent.relative_to(root)
        command = ["git", "cat-file", "-e", f"{tag}:{source.as_posix()}/{name}"]
        if subprocess.call(command, cwd=root, stderr=subprocess.DEVNULL):
            continue  # A distribution that is new has broken nothing.
        old = griffe.load_git(name, ref=tag, repo=root, search_paths=[source])
        new = griffe.load(name, search_paths=[folder.parent])
        yield from griffe.find_breaking_changes(old, new)


def gone(root: Path, tag: str) -> Iterator[str]:
    """Yield the packages that there were at *tag* and that are not in *root*."""
    command = ["git", "ls-tree", "-rd", "--name-only", tag, "packages/"]
    run = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    for folder in map(PurePosixPath, run.stdout.splitlines()):
        if folder.match("packages/*/src/*") and not (root / folder).is_dir():
            yield folder.name


def public_name(path: str) -> str:
    """Return the name that callers use for what is defined at *path*."""
    return ".".join(part for part in path.split(".") if not part.startswith("_"))


def main(root: Path) -> None:
    """Print what broke in *root*, and exit with 1 if anything did."""
    tag = last_tag(root)
    if tag is None:
        print("There is no release yet, and so nothing to break.")
        return
    meant = Changelog.read(root).breaks(tag)
    what = [(public_name(it.obj.path), it.kind.value) for it in breaks(root, tag)]
    what += [(name, "Package was removed") for name in gone(root, tag)]
    found = [f"{name}: {kind}" for name, kind in what if f"`{name}" not in meant]
    if found:
        advice = "Bring it back, or name it in full below Changed or Removed."
        sys.exit("\n".join([f"Since {tag}:", *found, advice]))
    print(f"Nothing broke since {tag}.")
