"""Check that the public API has everything that it had at the last release.

A breaking change is allowed if the changelog names it as changed or removed.
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


def breaking_changes(root: Path, tag: str) -> Iterator[griffe.Breakage]:
    """Yield the changes in *root* since *tag* that may break callers."""
    for folder in sorted(root.glob("packages/*/src/*/")):
        name = folder.name
        source = folder.parent.relative_to(root)
        command = ["git", "cat-file", "-e", f"{tag}:{source.as_posix()}/{name}"]
        if subprocess.call(command, cwd=root, stderr=subprocess.DEVNULL):
            continue  # A new distribution breaks nothing.
        old = griffe.load_git(name, ref=tag, repo=root, search_paths=[source])
        new = griffe.load(name, search_paths=[folder.parent])
        yield from griffe.find_breaking_changes(old, new)


def removed_packages(root: Path, tag: str) -> Iterator[str]:
    """Yield the packages that existed at *tag* and are not in *root*."""
    command = ["git", "ls-tree", "-rd", "--name-only", tag, "packages/"]
    run = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    for folder in map(PurePosixPath, run.stdout.splitlines()):
        if folder.match("packages/*/src/*") and not (root / folder).is_dir():
            yield folder.name


def public_name(path: str) -> str:
    """Return the name that callers use for the object that is defined at *path*."""
    return ".".join(part for part in path.split(".") if not part.startswith("_"))


def main(root: Path) -> None:
    """Exit with a list of the changes in *root* that break callers, if any."""
    tag = last_tag(root)
    if tag is None:
        print("There is no release yet to compare with.")
        return
    announced = Changelog.read(root).breaking_entries(tag)
    changes = [
        (public_name(it.obj.path), it.kind.value) for it in breaking_changes(root, tag)
    ]
    changes += [(name, "Package was removed") for name in removed_packages(root, tag)]
    found = [f"{name}: {kind}" for name, kind in changes if f"`{name}" not in announced]
    if found:
        advice = "Restore it, or write its full name below Changed or Removed."
        sys.exit("\n".join([f"Since {tag}:", *found, advice]))
    print(f"No breaking changes since {tag}.")
