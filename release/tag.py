"""The tag of a release, and the version that it has to bear."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.version import Version


if TYPE_CHECKING:
    from release.project import Project


def check_tag(tag: str, project: Project) -> None:
    """Raise `ValueError` unless *tag* is on this commit and bears the version."""
    wanted = f"v{project.version}"
    if tag != wanted:
        raise ValueError(
            f"the tag {tag} releases what says {project.version} in VERSION: tag it"
            f" {wanted}, or say the version first (`nox --session release -- VERSION"
            " --write`)"
        )
    if tag not in project.tags("--points-at=HEAD"):
        raise ValueError(f"there is no tag {tag} on this commit: `git tag -s {tag}`")


def check_order(version: str, project: Project, *, but: str | None = None) -> None:
    """Raise `ValueError` unless *version* is above all that have a tag *but* one."""
    released = [Version(tag[1:]) for tag in project.tags() if tag != but]
    newest = max(released, default=None)
    if newest is not None and Version(version) <= newest:
        raise ValueError(
            f"{version} is not above {newest}, which has been released: say a higher"
            " one (`nox --session release -- VERSION`)"
        )
