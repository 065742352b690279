"""The examples in the pages, run on every backend."""

from __future__ import annotations

import ast
import inspect
from typing import TYPE_CHECKING, Any

import pytest
from blocks import DOCS, PAGES, blocks
from twisted.internet.selectreactor import SelectReactor

import txaio_anyio
import txaio_asyncio
import txaio_twisted


if TYPE_CHECKING:
    from pathlib import Path


def on_twisted(main):
    """Run *main* on a new reactor, as a reactor cannot run twice."""
    return txaio_twisted.run(main, reactor=SelectReactor())


def on_trio(main):
    """Run *main* on Trio."""
    return txaio_anyio.run(main, backend="trio")


BACKENDS = {"asyncio": txaio_asyncio.run, "twisted": on_twisted, "anyio": on_trio}


def examples(page: Path, backend: str) -> list[tuple[int, str]]:
    """Return the line and the text of each example of *page* that is for *backend*."""
    return [
        (block.line, block.text)
        for block in blocks(page)
        if block.language == "python"
        and block.remark != "not run"
        and (not block.remark.startswith("only on") or backend in block.remark)
    ]


FOLLOWED = {
    DOCS / "tutorial" / "index.md",
    DOCS / "how-to" / "hanging-program.md",
    DOCS / "how-to" / "migrate.md",
    DOCS / "how-to" / "test.md",
    DOCS / "how-to" / "write-a-backend.md",
}
"""The pages with files and commands, which have tests of their own."""

RUNS = [
    pytest.param(page, backend, id=f"{page.parent.name}/{page.stem}-{backend}")
    for page in PAGES
    for backend in BACKENDS
    if page not in FOLLOWED and examples(page, backend)
]


@pytest.mark.parametrize(("page", "backend"), RUNS)
def test_examples_run(page, backend):
    """The examples of a page run, one after the other."""

    async def main(txa: Any) -> None:
        names = {"txa": txa, "__name__": "example"}
        for line, text in examples(page, backend):
            # Errors are reported with the line in the page.
            code = compile(
                "\n" * (line - 1) + text,
                str(page),
                "exec",
                flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT,
                dont_inherit=True,
            )
            running = eval(code, names)  # noqa: S307 - the page is our own
            if inspect.iscoroutine(running):
                await running

    BACKENDS[backend](main)


def test_all_remarks_are_known():
    """The remark above a block is one that the tests support."""
    remarks = {block.remark for page in PAGES for block in blocks(page)}
    others = {each for each in remarks if not each.startswith("only on ")}
    assert others <= {"", "not run", "one line changes"}
