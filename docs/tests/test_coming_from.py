"""The tables for those who come from another framework: what they name exists."""

from __future__ import annotations

import ast
import re

import pytest
from blocks import DOCS

import txaio_common
import txaio_primitives
from txaio_interfaces import (
    IBackend,
    IDelayedCall,
    IFailedFuture,
    IFutures,
    ILogger,
    IMoveOnScope,
)


PAGE = (DOCS / "how-to" / "coming-from.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (.+) \| (.+) \|$", PAGE, re.MULTILINE)
ROOTS = {
    "txa": IBackend,
    "call": IDelayedCall,
    "scope": IMoveOnScope,
    "group": txaio_primitives.TaskGroup,
    "ready": txaio_primitives.Event,
    "log": ILogger,
    "failure": IFailedFuture,
    "txaio_common": txaio_common,
}
ANNOTATED = set(IFutures.__annotations__)
SECTIONS = re.findall(r"^## (Coming from .+)$", PAGE, re.MULTILINE)
CODES = sorted({code for _there, here in ROWS for code in re.findall(r"`(.+?)`", here)})


def parsed(code):
    """Return the tree of *code*, which may be the beginning of a statement."""
    text = f"{code}\n    pass" if code.endswith(":") else code
    flags = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    return compile(text.replace("async def", "async def f(): pass"), "", "exec", flags)


@pytest.mark.parametrize("code", CODES)
def test_what_is_named_exists(code):
    """Each method is one of the interfaces, and each class one of the primitives."""
    for node in ast.walk(parsed(code)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            root = ROOTS.get(node.value.id)
            is_run = node.value.id.startswith("txaio_") and node.attr == "run"
            assert is_run or hasattr(root, node.attr) or node.attr in ANNOTATED
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            first = ast.unparse(node.args[0]) if node.args else ""
            assert (first == "txa") == (node.func.id in txaio_primitives.__all__)


WORDS = {
    "Coming from asyncio": "create_task wait_for to_thread call_soon_threadsafe",
    "Coming from Twisted": "maybeDeferred deferToThread inlineCallbacks callLater",
    "Coming from Trio or AnyIO": "nursery open_nursery checkpoint",
}


@pytest.mark.parametrize("section", SECTIONS)
def test_search_finds_what_is_known(section):
    """The search prefers index entries with an exclamation mark.

    Names that are ours as well have none: the reference comes first.
    """
    text = PAGE.partition(f"## {section}\n")[2].partition("\n## ")[0]
    entries = text.partition("```{index} ")[2].partition("\n")[0].split(", ")
    assert {f"! {word}" for word in WORDS[section].split()} <= set(entries)
    table = text.partition("\n| ")[2]
    assert len(table.splitlines()) > 20
    assert [it for it in entries if it.split(".")[-1].strip("! ") not in table] == []
