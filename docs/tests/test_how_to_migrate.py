"""The guide to migration, and `python -m txaio.migrate`, which knows its tables."""

from __future__ import annotations

import re

import pytest
from blocks import DOCS, blocks

from txaio import migrate


PAGE = DOCS / "how-to" / "migrate.md"
TEXT = PAGE.read_text(encoding="utf-8")
DIFFERENCES = TEXT.partition("## What is different")[2].partition("\n## ")[0]
ROWS = [
    row
    for row in re.findall(r"^\| (.+?) \|", DIFFERENCES, re.MULTILINE)
    if not row.startswith(("-", "| "))
]
TO_LOOK_AT = TEXT.partition("\n## What to look at")[2]
SERVICE = """import txaio

log = txaio.make_logger()

def all_of(calls):
    return txaio.gather(calls, consume_exceptions=False)

def joined(user):
    log.info("{peer} joined", user=user)
"""

WITHOUT_A_RULE = {
    # They depend on what happens while the program runs.
    "a callback raises, on asyncio",
    "… of one whose members take time to clean up, on Twisted",
    "`as_future` of a function that returns an awaitable object",
    "SystemExit, KeyboardInterrupt and GeneratorExit in `as_future`, on Twisted",
    "a function raises CancelledError in `as_future`, on asyncio",
    "`resolve` after `cancel`",
    "used in a thread without a loop, on asyncio",
    "an error in a batched call",
    "`start_logging()` writes to",
    "`print`, `sys.stderr` and warnings after `start_logging`, on Twisted",
    "a message of several lines",
    # Nothing has to be done about them.
    "`add_callbacks` returns, on asyncio",
    "a coroutine that nobody keeps, on asyncio",
    "`log_failure=` and `log.failure(text)`",
    "names of loggers",
}
"""The rows about which the source code says nothing."""


def test_each_row_has_a_rule():
    """Or it is one that cannot be seen in the source."""
    known = {rule.row for rule in migrate.RULES}
    assert len(ROWS) > 40
    assert {row for row in ROWS if row not in known} == WITHOUT_A_RULE


@pytest.mark.parametrize("row", sorted({rule.row for rule in migrate.RULES}))
def test_each_rule_is_in_the_guide(row):
    """It has a row, or is in an item of the list, with these words."""
    assert row in ROWS or row in TO_LOOK_AT


def test_output_that_the_guide_shows(tmp_path, monkeypatch, capsys):
    """The command prints it."""
    [shown] = [it.text for it in blocks(PAGE) if it.language == "console"]
    command, _, output = shown.partition("\n")
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "service.py").write_text(SERVICE)
    monkeypatch.chdir(tmp_path)
    program, *arguments = command.removeprefix("$ python -m ").split()
    assert program == "txaio.migrate"
    assert migrate.main(arguments) == 1
    assert capsys.readouterr().out == output
