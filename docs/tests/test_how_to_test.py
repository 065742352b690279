"""The page on tests: its files and commands."""

from __future__ import annotations

import subprocess
import sys

import pytest
from blocks import DOCS


FOLLOW = DOCS.parent / "tests-integration" / "packaging" / "follow_page.py"
PAGE = DOCS / "how-to" / "test.md"


def follow(page, folder):
    """Follow *page* in *folder*, and return the completed process."""
    command = [sys.executable, str(FOLLOW), str(page), str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_tests_of_the_page_pass(tmp_path):
    """The commands print what the page shows."""
    run = follow(PAGE, tmp_path)
    assert (run.returncode, run.stderr) == (0, ""), run.stdout
    assert run.stdout.count("as the page shows") == 2


@pytest.mark.parametrize("wrong", ["12 passed", "anyio-trio\n", "41 passed"])
def test_the_output_on_the_page_is_compared(tmp_path, wrong):
    """A page with another output is reported."""
    page = tmp_path / "page.md"
    page.write_text(PAGE.read_text(encoding="utf-8").replace(wrong, "other"))
    run = follow(page, tmp_path)
    assert run.returncode == 1
    assert "The page shows:" in run.stderr


def test_reminders_that_are_not_closed_are_reported(tmp_path):
    """The report of a leftover timer is that on the page."""
    follow(PAGE, tmp_path)
    file = tmp_path / "test_reminders.py"
    text = file.read_text().replace("    reminders.close()\n    await", "    await")
    file.write_text(text.replace("sleep(7200)", "sleep(0)"))
    command = [sys.executable, "-m", "pytest", "--txaio-backends=asyncio", str(file)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    shown = PAGE.read_text(encoding="utf-8").partition("```\nthe test left behind\n")[2]
    assert shown.partition("```")[0].strip() in run.stdout


def test_hypothesis(tmp_path):
    """The test with `@given` passes, which needs more than the page installs."""
    follow(PAGE, tmp_path)
    page = PAGE.read_text(encoding="utf-8")
    text = page.partition("```python\nfrom hypothesis")[2].partition("```")[0]
    (tmp_path / "test_given.py").write_text(f"from hypothesis{text}")
    command = [sys.executable, "-m", "pytest", "-q", str(tmp_path / "test_given.py")]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "4 passed" in run.stdout


def test_desk_that_stays_taken_is_reported(tmp_path):
    """Without its clean-up, the coroutine fails as the page shows."""
    follow(PAGE, tmp_path)
    file = tmp_path / "desk.py"
    text = file.read_text().replace("try", "if True").replace("finally", "if True")
    file.write_text(text)
    command = [sys.executable, "-m", "pytest", "--txaio-backends=asyncio"]
    run = subprocess.run(
        [*command, str(tmp_path / "test_desk.py")],
        capture_output=True,
        text=True,
        check=False,
    )
    page = PAGE.read_text(encoding="utf-8")
    shown = page.partition("```\ntxaio_cancel_at_each_await: ")[2].partition("...")[0]
    assert shown in run.stdout


@pytest.mark.parametrize("backend", ["asyncio", "twisted", "anyio-trio"])
def test_report_shows_what_was_logged(tmp_path, backend):
    """As the page says, on Twisted it does after `start_logging` only."""
    file = tmp_path / "test_fails.py"
    log = "txaio.make_logger('shop').warn('{count} left', count=7)"
    command = [sys.executable, "-m", "pytest", f"--txaio-backends={backend}", str(file)]
    shown = []
    for line in ("pass", "txaio.start_logging()"):
        file.write_text(f"async def test(txaio):\n    {line}\n    {log}\n    1 / 0\n")
        run = subprocess.run(command, capture_output=True, text=True, check=False)
        assert "1 failed" in run.stdout
        shown.append("7 left" in run.stdout)
    assert shown == [backend != "twisted", True]
