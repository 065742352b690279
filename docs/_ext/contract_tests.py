"""Link each clause of the contract to its tests, and to their source.

The docstring of a test begins with the clauses that it tests.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any


if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.application import Sphinx

SUITE = Path(__file__).parents[2] / "packages/pytest-txaio/src/pytest_txaio/conformance"
CONTRACT = Path(__file__).parents[1] / "reference" / "contract.md"
ROW = re.compile(r"^\| ([A-Z]\d+) \| (.*) \|$", re.MULTILINE)
CITED = re.compile(r"([A-Z]\d+(?:, [A-Z]\d+)*): (.*)", re.DOTALL)
PLACE = "% The tests of each clause are put here."


@dataclass(frozen=True)
class Test:
    """A test function: where it is, which clauses it cites, and what it promises."""

    file: str
    name: str
    line: int
    clauses: list[str]
    promise: str


def tests() -> Iterator[Test]:
    """Yield the tests of the suite, file by file."""
    for path in sorted(SUITE.glob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            docstring = (ast.get_docstring(node) or "").partition("\n\n")[0]
            if cited := CITED.match(docstring):
                clauses, promise = cited[1].split(", "), " ".join(cited[2].split())
                yield Test(path.stem, node.name, node.lineno, clauses, promise)


def complete(_app: Sphinx, page: str, source: list[str]) -> None:
    """Add links to the contract, and the list to the page that they lead to."""
    if page == "reference/contract":
        source[0] = ROW.sub(r"| [\1](#clause-\1) | \2 |", source[0])
    elif page == "reference/contract-tests":
        source[0] = source[0].replace(PLACE, "\n".join(lines()))


def lines() -> Iterator[str]:
    """Yield the lines of the list, clause by clause."""
    found = list(tests())
    for clause, text in ROW.findall(CONTRACT.read_text(encoding="utf-8")):
        yield f"(clause-{clause})=\n\n## {clause}\n\n{text}\n"
        for test in found:
            if clause in test.clauses:
                link = f"../{page_of(test.file)}.html#{test.name}"
                # MyST would interpret the link as one to a missing file.
                yield f'- {test.promise}\n  <a href="{link}">{test.name}</a>'
        yield ""


def page_of(file: str) -> str:
    """Return the name of the page that shows *file*."""
    return f"reference/tests/{file}"


def sources(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Yield a page with the source of each file of tests."""
    starts: dict[str, dict[int, str]] = {}
    for test in tests():
        starts.setdefault(test.file, {})[test.line] = test.name
    for file, names in starts.items():
        text = (SUITE / f"{file}.py").read_text(encoding="utf-8")
        shown = app.builder.highlighter.highlight_block(text, "python")
        body = "\n".join(
            f'<span id="{names[number]}"></span>{line}' if number in names else line
            for number, line in enumerate(shown.splitlines(), start=1)
        )
        context = {
            "title": f"{file}.py",
            "body": f"<h1>{file}.py</h1>{body}",
            "parents": [{"link": "../contract-tests.html", "title": "The tests"}],
        }
        yield page_of(file), context, "page.html"


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension with Sphinx."""
    app.connect("source-read", complete)
    app.connect("html-collect-pages", sources)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
