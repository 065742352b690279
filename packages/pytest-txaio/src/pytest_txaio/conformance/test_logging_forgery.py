"""No message can forge a line of the log."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_txaio.conformance._logging import logged, objects


if TYPE_CHECKING:
    from txaio_interfaces import IBackend


FORGERIES = [
    "ok\n2026-11-23T17:19:00.123+01:00 info root: fake",
    "ok\r\n2026-11-23T17:19:00.123+01:00 info root: fake",
    "\x1b[2J\x1b[1;31mred",
    "\x9b2J",
    "\x07\x08\x00\x7f",
    "one\x0btwo\x0cthree\x1cfour\x85five\u2028six\u2029seven",
    "\u202eright to left",
]


@pytest.mark.parametrize("bad", FORGERIES)
@pytest.mark.parametrize("where", ["message", "field", "namespace", "raw"])
async def test_forged_line(txa: IBackend, bad: str, where: str) -> None:
    """O8: Neither a message, nor a field, nor a namespace can forge a line."""
    message, fields, namespace = {
        "message": (bad, {}, "name"),
        "field": ("{bad}", {"bad": bad}, "name"),
        "namespace": ("said", {}, bad),
        "raw": (f"{bad} {{missing}}", {"bad": bad}, "name"),
    }[where]
    with logged(txa) as out:
        txa.make_logger(namespace).info(message, **fields)
    written = out.getvalue()
    assert len(written.splitlines()) == 1
    assert written.endswith("\n")
    assert written[:-1].isprintable()


@pytest.mark.parametrize("bad", FORGERIES)
async def test_forged_line_of_a_failure(txa: IBackend, bad: str) -> None:
    """O8: Nor can the text of an error: continuation lines are indented."""
    with logged(txa) as out:
        error = ValueError(bad)
        error.add_note(bad)
        txa.make_logger("name").failure("bad", failure=error)
    first, *rest = out.getvalue().split("\n")[:-1]
    assert first.endswith(": bad")
    assert all(line.isprintable() and line.startswith("    ") for line in rest)


@pytest.mark.parametrize("bad", FORGERIES)
async def test_forged_object(txa: IBackend, bad: str) -> None:
    """O8: In JSON it is escaped, on one line of printable characters."""
    with logged(txa, form="json") as out:
        txa.make_logger("name").info("{bad}", bad=bad)
    written = out.getvalue()
    assert written.endswith("\n")
    assert written[:-1].isprintable()
    (one,) = objects(out)
    assert one["message"] == one["fields"]["bad"] == bad
