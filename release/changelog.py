"""The changelog, which is written by hand."""

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
    """The text of CHANGELOG.md: a part for each release, the newest first."""

    text: str

    @classmethod
    def read(cls, root: Path) -> Changelog:
        """Return the changelog of the project at *root*."""
        return cls((root / "CHANGELOG.md").read_text())

    @property
    def parts(self) -> dict[str, str]:
        """What is said of each version, in the order of the file."""
        # The split gives what is before the first heading, then triples.
        _before, *rest = HEADING.split(self.text)
        return dict(zip(rest[::3], (part.strip() for part in rest[2::3]), strict=True))

    def breaks(self, tag: str) -> str:
        """Return what the parts since *tag* say was changed or removed."""
        newer = takewhile(lambda part: f"v{part[0]}" != tag, self.parts.items())
        sections = [it for _version, part in newer for it in part.split("### ")]
        return "".join(it for it in sections if it.startswith(("Changed", "Removed")))

    def of(self, version: str) -> str:
        """Return what is said of *version*; raise `ValueError` if it is nothing."""
        part = self.parts.get(version)
        if not part:
            raise ValueError(
                f"CHANGELOG.md says nothing of {version}: `nox --session release --"
                f" {version} --write` makes what is unreleased its part"
            )
        return part

    def release(self, version: str, day: str) -> Changelog:
        """Return a changelog in which what is unreleased is *version*, of *day*.

        Raises `ValueError` if nothing is unreleased or *version* is there already.
        """
        if version in self.parts:
            raise ValueError(f"CHANGELOG.md has a part for {version} already")
        if not self.parts.get("Unreleased"):
            raise ValueError("CHANGELOG.md says nothing below [Unreleased]: add a line")
        heading = f"{UNRELEASED}\n## [{version}] - {day}\n"
        return Changelog(self.text.replace(UNRELEASED, heading, 1))
