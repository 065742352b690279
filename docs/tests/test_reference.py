"""The reference has everything that a distribution exports."""

from __future__ import annotations

import importlib
import re

import pytest
from blocks import DOCS


PACKAGES = (
    "txaio_interfaces",
    "txaio_primitives",
    "txaio_common",
    "txaio_asyncio",
    "txaio_twisted",
    "txaio_anyio",
)
TEXT = "\n".join(page.read_text("utf-8") for page in (DOCS / "reference").glob("*.md"))


@pytest.mark.parametrize("package", PACKAGES)
def test_every_exported_name_is_there(package):
    """A directive of the reference is about each name in `__all__`."""
    found = set(re.findall(rf"^\.\. \S+:: {package}\.(\w+)", TEXT, re.MULTILINE))
    assert set(importlib.import_module(package).__all__) - found == set()
