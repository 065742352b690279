"""Checks of the tag and the version of a release."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.version import Version


if TYPE_CHECKING:
    from release.project import Project


def check_tag(tag: str, project: Project) -> None:
    """Raise `ValueError` unless *tag* is on this commit and names the version."""
    expected = f"v{project.version}"
    if tag != expected:
        raise ValueError(
            f"the tag is {tag}, but the file VERSION has {project.version}: tag this"
            f" commit {expected}, or change the version first"
            " (`nox --session release -- VERSION --write`)"
        )
    if tag not in project.tags("--points-at=HEAD"):
        raise ValueError(f"there is no tag {tag} on this commit: `git tag -s {tag}`")


def check_order(version: str, project: Project, *, ignore: str | None = None) -> None:
    """Raise `ValueError` unless *version* is above all tags, *ignore* left out."""
    released = [Version(tag[1:]) for tag in project.tags() if tag != ignore]
    newest = max(released, default=None)
    if newest is not None and Version(version) <= newest:
        raise ValueError(
            f"{version} is not above {newest}, which has been released: choose a"
            " higher one (`nox --session release -- VERSION`)"
        )
