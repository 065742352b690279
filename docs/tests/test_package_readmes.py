"""The examples on the pages of the distributions on an index: each runs as it is."""

from __future__ import annotations

import subprocess
import sys

import pytest
from blocks import DOCS, blocks

from txaio_common import Driver


PAGES = sorted(DOCS.parent.glob("packages/*/README.md"))
PRINTED = {
    "txaio": "Hello\n",
    "txaio-anyio": "Hello\n",
    "txaio-asyncio": "Hello\n",
    "txaio-common": "\n".join([*sorted(Driver.__abstractmethods__), ""]),
    "txaio-interfaces": "",
    "txaio-primitives": "",
    "txaio-twisted": "Hello\n",
    "txaio-twisted-core": "Hello\n",
}
"""What an example prints."""
PLUGIN = "pytest-txaio"


def test_each_page_has_one_example():
    """All distributions are here, and the plugin, whose example is a test."""
    assert [page.parent.name for page in PAGES] == sorted([*PRINTED, PLUGIN])
    for page in PAGES:
        assert [b.language for b in blocks(page)].count("python") == 1


@pytest.mark.parametrize("name", [*PRINTED, PLUGIN])
def test_example_runs(name, tmp_path):
    """It runs in an empty folder, without warnings, and prints what it should."""
    page = DOCS.parent / "packages" / name / "README.md"
    [text] = [block.text for block in blocks(page) if block.language == "python"]
    file = tmp_path / "test_example.py"
    file.write_text(text)
    options = ["-m", "pytest", "-q"] if name == PLUGIN else []
    command = [sys.executable, "-W", "error", *options, file.name]
    run = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (run.stderr, run.returncode) == ("", 0), run.stdout
    if name == PLUGIN:
        assert "4 passed" in run.stdout
    else:
        assert run.stdout == PRINTED[name]
