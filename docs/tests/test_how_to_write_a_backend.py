"""The page on backends: its commands, with the backend that it shows."""

from __future__ import annotations

import shutil
import subprocess
import sys

from blocks import DOCS, blocks

from txaio_common import Driver


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


def test_primitives_are_those_of_the_driver():
    """The page lists the abstract methods of `Driver`, and says what it asserts."""
    parts = [
        block.text
        for block in blocks(PAGE)
        if block.language == "python" and "caption" not in block.options
    ]
    assert len(parts) == 1
    for part in parts:
        exec(part, {"__name__": "example"})  # noqa: S102 - the page is our own


def test_every_public_name_of_a_driver_is_explained():
    """The page mentions the methods with a default, and the attributes, as well."""
    text = PAGE.read_text(encoding="utf-8")
    names = {*vars(Driver), *Driver.__annotations__}
    public = {name for name in names if not name.startswith("_")}
    assert {name for name in public if f"`{name}`" not in text} == set()
