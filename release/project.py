"""The files of the project, and its versions.

txaio-interfaces has a semantic version of its own, as other projects depend on it.
The other distributions share one, which is year, month and count.
"""

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
SEMANTIC = re.compile(r"([1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")
URLS = re.compile(r"^(\[project\.urls\]\n)(?:[A-Z]\w+ = .*\n)*", re.MULTILINE)
CLONE = re.compile(r"^(\$ git clone )\S+$", re.MULTILINE)
INTERFACES = "txaio-interfaces"
SIBLING = rf"(?<=\")((?:pytest-)?(?!{INTERFACES})txaio[\w-]*(?:\[\w+\])?)>=[\d.]+"


@dataclass(frozen=True)
class Project:
    """The files of the project, in a folder."""

    root: Path

    @property
    def version(self) -> str:
        """The version of all distributions but txaio-interfaces."""
        return (self.root / "VERSION").read_text().strip()

    @property
    def repository(self) -> str:
        """The address of the repository, from which all others are made."""
        return (self.root / "REPOSITORY").read_text().strip()

    @property
    def urls(self) -> dict[str, str]:
        """The addresses that the page of each distribution on an index shows."""
        return {
            "Documentation": f"{self.repository}/tree/main/docs",
            "Source": self.repository,
            "Changelog": f"{self.repository}/blob/main/CHANGELOG.md",
            "Issues": f"{self.repository}/issues",
        }

    @property
    def interfaces(self) -> Path:
        """The folder of txaio-interfaces."""
        return self.root / "packages" / INTERFACES

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

    def bump(self, version: str, day: str, interfaces: str | None = None) -> None:
        """Write *version* to all files that contain it, and *day* to the changelog.

        The addresses in them become those of the repository.

        *interfaces* is the new version of txaio-interfaces, if it gets one.

        Raises `ValueError` if the version is not year, month and count, if that of
        txaio-interfaces is not semantic, or if the changelog has no entries.
        """
        calendar = CALENDAR.fullmatch(version)
        if calendar is None:
            raise ValueError(f"{version} is not year.month.count, as 26.12.0 is")
        note = "" if interfaces is None else f"With {INTERFACES} {interfaces}.\n"
        changelog = Changelog.read(self.root).release(version, day, note)
        pins = {
            r"==\d+\.\d+\.\*": f"=={calendar['year']}.{calendar['month']}.*",
            # Who upgrades a distribution upgrades those that it requires, too.
            SIBLING: rf"\1>={version}",
        }
        if interfaces is not None:
            pins[rf"{INTERFACES}>=[\d.]+,<\d+"] = interfaces_pin(interfaces)
            (self.interfaces / "VERSION").write_text(f"{interfaces}\n")
        self.write_addresses()
        (self.root / "CHANGELOG.md").write_text(changelog.text)
        (self.root / "VERSION").write_text(f"{version}\n")
        for folder in self.folders:
            path = folder / "pyproject.toml"
            text = path.read_text()
            for pattern, pin in pins.items():
                text = re.sub(pattern, pin, text)
            path.write_text(text)

    def write_addresses(self) -> None:
        """Write the address of the repository into the metadata and the README."""
        urls = "".join(f'{name} = "{url}"\n' for name, url in self.urls.items())
        for path in self.root.glob("packages/*/pyproject.toml"):
            path.write_text(URLS.sub(rf"\g<1>{urls}", path.read_text()))
        readme = self.root / "README.md"
        readme.write_text(CLONE.sub(rf"\g<1>{self.repository}", readme.read_text()))


def interfaces_pin(version: str) -> str:
    """Return the requirement on txaio-interfaces for what is released with *version*.

    It is tested with that version, and may need what is new in its minor.
    Raises `ValueError` if the version is not semantic.
    """
    semantic = SEMANTIC.fullmatch(version)
    if semantic is None:
        raise ValueError(f"{version} is not major.minor.patch, as 1.0.0 is")
    major, minor = int(semantic[1]), int(semantic[2])
    return f"{INTERFACES}>={major}.{minor},<{major + 1}"


def version_of(folder: Path) -> str:
    """Return the version of the distribution in *folder*."""
    path: str = settings_of(folder)["tool"]["hatch"]["version"]["path"]
    return (folder / path).read_text().strip()


def settings_of(folder: Path) -> dict[str, Any]:
    """Return the contents of the pyproject.toml in *folder*."""
    return tomllib.loads((folder / "pyproject.toml").read_text())
