"""The blocks of code in a page, and the remarks on running them.

A remark is a line above a block that begins with a percent sign and is not shown:
`% not run`, `% one line changes`, `% printed` (which shows what the blocks before it
have printed), or `% only on` and the names of backends.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt


if TYPE_CHECKING:
    from collections.abc import Iterator

DOCS = Path(__file__).parents[1]
PAGES = sorted(
    page
    for folder in ("explanation", "how-to", "reference", "tutorial")
    for page in DOCS.glob(f"{folder}/*.md")
)
INFO = re.compile(r"(?:\{code-block\} )?(\w*)$")
OPTION = re.compile(r":(\w+): (.*)\n")


@dataclass(frozen=True)
class Block:
    """A block of code, with the number of its first line in the page."""

    language: str
    options: dict[str, str]
    text: str
    line: int
    remark: str


def blocks(page: Path) -> Iterator[Block]:
    """Yield the blocks of *page* in order."""
    text = page.read_text(encoding="utf-8")
    lines = text.splitlines()
    for token in MarkdownIt().parse(text):
        info = INFO.match(token.info)
        if token.type != "fence" or token.map is None or info is None:
            continue
        above = lines[token.map[0] - 1]
        options, source = {}, token.content
        while token.info.startswith("{") and (option := OPTION.match(source)):
            options[option[1]] = option[2]
            source = source[option.end() :]
        if options:
            source = source.removeprefix("\n")
        first = token.map[0] + 2 + (len(options) + 1 if options else 0)
        remark = above.removeprefix("% ") if above.startswith("% ") else ""
        yield Block(info[1], options, source, first, remark)
