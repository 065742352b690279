"""The tutorial: its files and commands."""

from __future__ import annotations

from blocks import DOCS, blocks
from followed import follow, run_command, write


PAGE = DOCS / "tutorial" / "index.md"


def test_every_step_prints_what_the_page_shows(tmp_path):
    """The commands print what the page shows."""
    steps = 0
    for block in blocks(PAGE):
        if block.language == "python":
            write(block, tmp_path)
        elif block.remark != "not run":
            steps += 1
            follow(block.text, tmp_path)
    assert steps == 5


def test_line_that_the_page_says_to_change(tmp_path):
    """With `except BaseException` the test of the cancellation fails."""
    for block in blocks(PAGE):
        if block.language == "python":
            write(block, tmp_path)
    file = tmp_path / "retry.py"
    before, after = file.read_text().split("except Exception")
    file.write_text(f"{before}except BaseException{after}")
    run = run_command("python -m pytest -q test_retry.py", tmp_path)
    summary = [line for line in run.stdout.splitlines() if "FAILED" in line]
    assert [line.partition(" - ")[0] for line in summary] == [
        f"FAILED test_retry.py::test_can_be_cancelled[{name}]"
        for name in ("asyncio", "twisted", "anyio-asyncio", "anyio-trio")
    ]
