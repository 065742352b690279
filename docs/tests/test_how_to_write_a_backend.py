"""The page on backends: its commands, with the backend that it shows."""

from __future__ import annotations

import shutil
import subprocess
import sys

from blocks import DOCS, blocks


ROOT = DOCS.parent
BACKEND = ROOT / "packages" / "pytest-txaio" / "tests" / "heap_backend"
FOLLOW = ROOT / "tests-integration" / "packaging" / "follow_page.py"
PAGE = DOCS / "how-to" / "write-a-backend.md"


def test_backend_of_the_page_is_tested(tmp_path):
    """The commands print what the page shows."""
    shutil.copytree(BACKEND, tmp_path / BACKEND.name)
    command = [sys.executable, str(FOLLOW), str(PAGE), str(tmp_path)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (0, ""), run.stdout
    assert run.stdout.count("as the page shows") == 2


def test_blocks_that_are_not_files():
    """They run as they are."""
    parts = [
        block.text
        for block in blocks(PAGE)
        if block.language == "python" and "caption" not in block.options
    ]
    assert len(parts) == 1
    for part in parts:
        exec(part, {"__name__": "example"})  # noqa: S102 - the page is our own
