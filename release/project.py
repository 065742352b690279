"""The files of the project, and its version."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from release.changelog import Changelog


if TYPE_CHECKING:
    from pathlib import Path

CALENDAR = re.compile(r"(?P<year>\d\d)\.(?P<month>[1-9]|1[0-2])\.(?P<count>0|[1-9]\d*)")


@dataclass(frozen=True)
class Project:
    """The files of the project, in a folder."""

    root: Path

    @property
    def version(self) -> str:
        """The version of all distributions."""
        return (self.root / "VERSION").read_text().strip()

    @property
    def folders(self) -> list[Path]:
        """The folders of the distributions; each has the name of the distribution."""
        return sorted(it.parent for it in self.root.glob("packages/*/pyproject.toml"))

    @property
    def epoch(self) -> str:
        """The time of the last commit, which is used as the time of the build."""
        return self._git("log", "-1", "--format=%ct").strip()

    def _git(self, *arguments: str) -> str:
        return subprocess.check_output(["git", *arguments], cwd=self.root, text=True)

    def tags(self, *options: str) -> list[str]:
        """Return the tags of releases that *options* of ``git tag`` select."""
        return self._git("tag", "--list", "v*", *options).split()

    def copy(self, to: Path) -> Project:
        """Return a copy, in the folder *to*, of the files that git tracks."""
        for name in self._git("ls-files", "-z").split("\0"):
            source = self.root / name
            if source.is_file():
                (to / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, to / name)
        return Project(to)

    def bump(self, version: str, day: str) -> None:
        """Write *version* to all files that contain it, and *day* to the changelog.

        Raises `ValueError` if the version is not year, month and count, or if the
        changelog has no entries for it.
        """
        calendar = CALENDAR.fullmatch(version)
        if calendar is None:
            raise ValueError(f"{version} is not year.month.count, as 26.12.0 is")
        changelog = Changelog.read(self.root).release(version, day)
        (self.root / "CHANGELOG.md").write_text(changelog.text)
        (self.root / "VERSION").write_text(f"{version}\n")
        pin = f"=={calendar['year']}.{calendar['month']}.*"
        for folder in self.folders:
            path = folder / "pyproject.toml"
            path.write_text(re.sub(r"==\d+\.\d+\.\*", pin, path.read_text()))


def settings_of(folder: Path) -> dict[str, Any]:
    """Return the contents of the pyproject.toml in *folder*."""
    return tomllib.loads((folder / "pyproject.toml").read_text())
