"""The table in the page on lost messages."""

from __future__ import annotations

import io
import re

import pytest
from blocks import DOCS
from twisted.internet.selectreactor import SelectReactor

import txaio_anyio
import txaio_asyncio
import txaio_twisted


PAGE = DOCS / "explanation" / "lost-messages.md"
ROW = re.compile(r"^\| `(log\.info\(.*\))` \| .* \| `(.*)` \|$", re.MULTILINE)
NEXT_LINE = "`, and below it, indented, `"
"""What stands between two lines of a message, which a cell cannot contain."""
ROWS = ROW.findall(PAGE.read_text(encoding="utf-8"))


class Mute:
    """An object whose `str` and `repr` raise."""

    def __str__(self):
        raise ValueError("no text")

    __repr__ = __str__

    def __format__(self, _spec):
        return str(self)


async def printed(txa, call):
    """Return the line that *call* writes, after the time, the level and the name."""
    out = io.StringIO()
    txa.start_logging(out)
    try:
        names = {"log": txa.make_logger("name"), "Mute": Mute}
        eval(call, names)  # noqa: S307 - the page is our own
    finally:
        txa.stop_logging()
    return out.getvalue().partition(" info name: ")[2]


def test_there_are_rows():
    """The rows of the table are found."""
    assert len(ROWS) == 11


@pytest.mark.parametrize(("call", "now"), ROWS)
def test_what_is_printed(call, now):
    """Each call prints the text of its row, the same on every backend."""
    lines = now.replace(NEXT_LINE, "\n    ") + "\n"
    assert txaio_asyncio.run(printed, call) == lines
    assert txaio_anyio.run(printed, call) == lines
    on_twisted = txaio_twisted.run(printed, call, reactor=SelectReactor())
    assert on_twisted == lines
