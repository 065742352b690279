"""No message can forge a record; one of several lines stays readable."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_txaio.conformance._logging import (
    log_natively,
    logged,
    native_records,
    objects,
)


if TYPE_CHECKING:
    from pytest_txaio import Host
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
    """O8: Neither a message, nor a field, nor a namespace can forge a record."""
    message, fields, namespace = {
        "message": (bad, {}, "name"),
        "field": ("{bad}", {"bad": bad}, "name"),
        "namespace": ("said", {}, bad),
        "raw": (f"{bad} {{missing}}", {"bad": bad}, "name"),
    }[where]
    with logged(txa) as out:
        txa.make_logger(namespace).info(message, **fields)
    first, *rest, end = out.getvalue().split("\n")
    assert first.isprintable()
    assert len(rest) == (0 if where == "namespace" else bad.count("\n"))
    assert all(line.isprintable() and line.startswith("    ") for line in rest)
    assert not end


async def test_message_of_several_lines(txa: IBackend) -> None:
    """O8: Its first line follows the header, the others are indented."""
    log = txa.make_logger("name")
    with logged(txa) as out:
        log.warn("{first}\n  second\n\nfourth\n", first="first")
        log.info("the next one")
    first, *rest, following, end = out.getvalue().split("\n")
    assert first.endswith(" warn name: first")
    assert rest == ["      second", "    ", "    fourth"]
    assert following.endswith(" info name: the next one")
    assert not end


async def test_colors_of_a_message(txa: IBackend) -> None:
    """O8: Sequences that set colours are left out, and no others."""
    with logged(txa) as out:
        txa.make_logger("name").info("\x1b[33m\x1b[1mred\x1b[0m \x1b[\x1b[m2Jrest")
    assert out.getvalue().endswith(" info name: red \\x1b[2Jrest\n")


async def test_lines_that_end_with_a_carriage_return(txa: IBackend) -> None:
    """O8: It is left out at the end of a line, and escaped elsewhere."""
    with logged(txa) as out:
        txa.make_logger("name").info("GET /\r\nHost: x\ry\r\n\r\n")
    assert out.getvalue().endswith(" info name: GET /\n    Host: x\\ry\n")


async def test_message_of_several_lines_as_json(txa: IBackend) -> None:
    """O8: In JSON it is a string, unchanged."""
    with logged(txa, form="json") as out:
        txa.make_logger("name").warn("first\n  second\n")
    (one,) = objects(out)
    assert one["message"] == "first\n  second\n"


async def test_message_that_is_a_traceback(txa: IBackend, host: Host) -> None:
    """O8: It is readable in the output, and unchanged in the native record."""
    with logged(txa) as out, native_records(host, "name") as records:
        try:
            int("x")
        except ValueError:
            text = txa.failure_format_traceback(txa.create_failure())
            txa.make_logger("name").critical(text)
    header, message, rest = out.getvalue().partition(text.partition("\n")[0])
    assert header.endswith(" critical name: ")
    assert message == "Traceback (most recent call last):"
    assert (message + rest).replace("\n    ", "\n") == text
    assert rest.endswith(
        "\n    ValueError: invalid literal for int() with base 10: 'x'\n"
    )
    assert [one.text() for one in records] == [text]


async def test_several_lines_of_others(txa: IBackend, host: Host) -> None:
    """O8: Messages of other code, logged by the framework, have the same format."""
    with logged(txa) as out:
        log_natively(host, "first\nsecond")
    first, second, end = out.getvalue().split("\n")
    assert first.endswith(" error shop.other: first")
    assert second == "    second"
    assert not end


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
