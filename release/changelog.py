"""The changelog, which is kept by hand."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from pathlib import Path

UNRELEASED = "## [Unreleased]\n"
HEADING = re.compile(r"^## \[([^\]]+)\](?: - ([\d-]+))?\n", re.MULTILINE)


@dataclass(frozen=True)
class Changelog:
    """The text of CHANGELOG.md: a section for each release, the newest first."""

    text: str

    @classmethod
    def read(cls, root: Path) -> Changelog:
        """Return the changelog of the project at *root*."""
        return cls((root / "CHANGELOG.md").read_text())

    @property
    def sections(self) -> dict[str, str]:
        """The text on each version, in the order of the file."""
        # The split gives the text before the first heading, then triples.
        _before, *rest = HEADING.split(self.text)
        return dict(zip(rest[::3], (text.strip() for text in rest[2::3]), strict=True))

    def breaking_entries(self, tag: str) -> str:
        """Return the entries since *tag* on what was changed or removed."""
        newer = takewhile(lambda item: f"v{item[0]}" != tag, self.sections.items())
        groups = [it for _version, section in newer for it in section.split("### ")]
        return "".join(it for it in groups if it.startswith(("Changed", "Removed")))

    def section(self, version: str) -> str:
        """Return the section on *version*; raise `ValueError` if there is none."""
        section = self.sections.get(version)
        if not section:
            raise ValueError(
                f"CHANGELOG.md has no section on {version}: `nox --session release --"
                f" {version} --write` makes one of the unreleased entries"
            )
        return section

    def release(self, version: str, day: str, note: str = "") -> Changelog:
        """Return a changelog whose unreleased entries are those of *version* on *day*.

        *note* is a line below the heading.
        Raises `ValueError` if there are no unreleased entries, or if *version* has a
        section already.
        """
        if version in self.sections:
            raise ValueError(f"CHANGELOG.md has a section on {version} already")
        if not self.sections.get("Unreleased"):
            raise ValueError(
                "CHANGELOG.md has no entries below [Unreleased]: add a line"
            )
        heading = f"{UNRELEASED}\n## [{version}] - {day}\n"
        if note:
            heading += f"\n{note}"
        return Changelog(self.text.replace(UNRELEASED, heading, 1))
