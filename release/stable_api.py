"""Check that the public API has everything that it had at the last release.

A breaking change is allowed if the changelog names it as changed or removed.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, NamedTuple

import griffe

from release.changelog import Changelog


if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Change(NamedTuple):
    """A change that may break callers or subclasses: the name, and what it is."""

    name: str
    kind: str


def last_tag(root: Path, ignore: str | None = None) -> str | None:
    """Return the newest release's tag in the history of *root*, or None.

    The tag *ignore* is left out.
    """
    command = ["git", "describe", "--tags", "--abbrev=0", "--match=v*"]
    if ignore is not None:
        command.append(f"--exclude={ignore}")
    run = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    return run.stdout.strip() or None


def breaking_changes(root: Path, tag: str) -> Iterator[Change]:
    """Yield the changes in *root* since *tag* that may break callers or subclasses."""
    for folder in sorted(root.glob("packages/*/src/*/")):
        name = f"{folder.parent.relative_to(root).as_posix()}/{folder.name}"
        command = ["git", "cat-file", "-e", f"{tag}:{name}"]
        # A new distribution breaks nothing.
        if not subprocess.call(command, cwd=root, stderr=subprocess.DEVNULL):
            yield from changes_between(*load_both(root, tag, folder))


def load_both(root: Path, tag: str, folder: Path) -> tuple[Any, Any]:
    """Return the package in *folder* as it was at *tag*, and as it is."""
    source = folder.parent.relative_to(root)
    old = griffe.load_git(folder.name, ref=tag, repo=root, search_paths=[source])
    return old, griffe.load(folder.name, search_paths=[folder.parent])


def changes_between(old: Any, new: Any) -> Iterator[Change]:
    """Yield the changes from *old* to *new* that may break callers or subclasses."""
    for breakage in griffe.find_breaking_changes(old, new):
        yield Change(public_name(breakage.obj.path), breakage.kind.value)
    before = public_members(old)
    for name, is_abstract in public_members(new).items():
        owner, _, member = name.rpartition(".")
        if is_abstract and member and owner in before and not before.get(name):
            yield Change(name, "Method is abstract, which it was not")


def public_members(package: Any) -> dict[str, bool]:
    """Return the public names of *package*, and those in its classes.

    The values tell whether a method is abstract.
    """
    found: dict[str, bool] = {}
    for name in package.exports or ():
        member = package[name]
        found[f"{package.name}.{name}"] = False
        for key, value in member.members.items() if member.is_class else ():
            if not key.startswith("_"):
                labels: set[str] = value.labels
                found[f"{package.name}.{name}.{key}"] = "abstractmethod" in labels
    return found


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
    changes = [*breaking_changes(root, tag)]
    changes += [Change(it, "Package was removed") for it in removed_packages(root, tag)]
    found = [f"{name}: {kind}" for name, kind in changes if f"`{name}" not in announced]
    if found:
        advice = "Restore it, or write its full name below Changed or Removed."
        sys.exit("\n".join([f"Since {tag}:", *found, advice]))
    print(f"No breaking changes since {tag}.")
