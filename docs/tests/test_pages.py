"""The examples in the pages, run on every backend."""

from __future__ import annotations

import ast
import inspect
import re
from doctest import ELLIPSIS, OutputChecker
from typing import TYPE_CHECKING, Any

import pytest
from blocks import DOCS, PAGES, Block, blocks
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


TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+[+-]\d\d:\d\d")


def examples(page: Path, backend: str) -> list[Block]:
    """Return the examples of *page* that are for *backend*, and what they print."""
    return [
        block
        for block in blocks(page)
        if (block.language == "python" or block.remark == "printed")
        and block.remark != "not run"
        and (not block.remark.startswith("only on") or backend in block.remark)
    ]


def check_printed(shown: str, printed: str) -> None:
    """Compare what was *printed* with what is *shown*, but for times and dots."""
    assert OutputChecker().check_output(
        TIME.sub("TIME", shown), without_task(TIME.sub("TIME", printed)), ELLIPSIS
    ), printed


def without_task(text: str) -> str:
    """Return *text* without the name of the task, which differs between backends."""
    return re.sub(r'"task": "[^"]*"', '"task": null', text)


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
def test_examples_run(page, backend, capsys):
    """The examples of a page run, one after the other, and print what is shown."""

    async def main(txa: Any) -> None:
        names = {"txa": txa, "__name__": "example"}
        for block in examples(page, backend):
            if block.remark == "printed":
                check_printed(block.text, capsys.readouterr().out)
                continue
            # Errors are reported with the line in the page.
            code = compile(
                "\n" * (block.line - 1) + block.text,
                str(page),
                "exec",
                flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT,
                dont_inherit=True,
            )
            running = eval(code, names)  # noqa: S307 - the page is our own
            if inspect.iscoroutine(running):
                await running

    BACKENDS[backend](main)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_examples_can_be_in_a_function(page):
    """As the pages say, they are parts of a `main`: its variables are not global."""
    texts = [block.text for block in blocks(page) if block.language == "python"]
    nodes = [node for text in texts for node in ast.walk(ast.parse(text))]
    assert not [node for node in nodes if isinstance(node, ast.Global)]


def test_all_remarks_are_known():
    """The remark above a block is one that the tests support."""
    remarks = {block.remark for page in PAGES for block in blocks(page)}
    others = {each for each in remarks if not each.startswith("only on ")}
    assert others <= {"", "not run", "one line changes", "printed"}
