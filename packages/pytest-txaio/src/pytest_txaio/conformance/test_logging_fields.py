"""Fields that the message does not name are written, too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_txaio.conformance._helpers import LEVELS
from pytest_txaio.conformance._logging import (
    log_natively,
    logged,
    native_records,
    objects,
)


if TYPE_CHECKING:
    import io

    from pytest_txaio import Host
    from txaio_interfaces import IBackend


def messages(out: io.StringIO) -> list[str]:
    """Return the messages of *out*, without time, level and namespace."""
    return [line.partition(" name: ")[2] for line in out.getvalue().splitlines()]


async def test_unnamed_fields(txa: IBackend) -> None:
    """O10: Those of the context, the logger and the call follow the message."""
    log = txa.make_logger("name").bind(peer="ada")
    with logged(txa) as out, txa.log_context(request=7):
        log.info("hello")
        log.info("hello", size=2.5)
        log.info("hello {peer}", size=2.5)
        txa.make_logger("name").info("{request}")
    assert messages(out) == [
        "hello [request=7 peer='ada']",
        "hello [request=7 peer='ada' size=2.5]",
        "hello ada [request=7 size=2.5]",
        "7",
    ]


@pytest.mark.parametrize("level", LEVELS)
async def test_unnamed_fields_at_each_level(txa: IBackend, level: str) -> None:
    """O10: They follow the messages of every level."""
    with logged(txa) as out:
        getattr(txa.make_logger("name"), level)("hello", peer="ada")
        getattr(txa.make_logger("name"), level)("hello {peer}", peer="ada")
    assert messages(out) == ["hello [peer='ada']", "hello ada"]


@pytest.mark.parametrize(
    "message", ["{peer}", "{peer!r:>9}", "{peer.upper}", "{peer[0]}", "{n:{peer}}"]
)
async def test_named_fields(txa: IBackend, message: str) -> None:
    """O10: What the message refers to in any way is not repeated."""
    with logged(txa) as out:
        for _time in range(2):
            txa.make_logger("name").info(message, peer="5", n=3)
    assert len(messages(out)) == 2
    assert "peer=" not in out.getvalue()


async def test_fields_that_are_not_written(txa: IBackend) -> None:
    """O10: Those whose names begin with `log_` or `_` are left out."""
    with logged(txa, form="text") as out:
        log = txa.make_logger("name")
        log.info("hello", log_category="CAT1", log_other=1, _private=2)
        log.info("hello", _private=2, peer="ada")
        log.trace("hello")
    assert messages(out) == ["hello", "hello [peer='ada']", "hello"]


async def test_message_that_is_a_field(txa: IBackend) -> None:
    """O10: A message that is passed as `format` is written once."""
    with logged(txa) as out:
        txa.make_logger("name").info(format="hello {peer}", peer="ada", size=2.5)
    assert messages(out) == ["hello ada [size=2.5]"]


async def test_unnamed_fields_after_several_lines(txa: IBackend) -> None:
    """O8, O10: They follow the last line, and are on one line themselves."""
    with logged(txa) as out:
        txa.make_logger("name").info("one\ntwo\n", peer="a\nb\x1b")
    _first, *rest = out.getvalue().splitlines()
    assert rest == ["    two [peer='a\\nb\\x1b']"]


async def test_unnamed_fields_of_a_failure(txa: IBackend) -> None:
    """O6, O10: The traceback follows the fields, on lines of its own."""
    with logged(txa) as out:
        txa.make_logger("name").failure("bad", failure=ValueError("x"), peer="ada")
    first, *rest = out.getvalue().splitlines()
    assert first.endswith(" name: bad [peer='ada']")
    assert rest == ["    ValueError: x"]


async def test_unnamed_fields_as_json(txa: IBackend) -> None:
    """O10: In JSON they are in `fields`, as all are, and not in the message."""
    with logged(txa, form="json") as out, txa.log_context(request=7):
        txa.make_logger("name").bind(peer="ada").info("hello {size}", size=2.5)
    (one,) = objects(out)
    assert one["message"] == "hello 2.5"
    assert one["fields"] == {"request": 7, "peer": "ada", "size": 2.5}


async def test_unnamed_fields_of_a_record(txa: IBackend, host: Host) -> None:
    """O3, O10: The native record has them as fields; its text is the message."""
    with native_records(host, "shop") as records:
        txa.make_logger("shop").info("hello", peer="ada")
    (one,) = records
    assert one.text() == "hello"
    assert one.fields["peer"] == "ada"


async def test_fields_of_others(txa: IBackend, host: Host) -> None:
    """O10: Nothing follows the messages of other code."""
    with logged(txa) as out, txa.log_context(request=7):
        log_natively(host, "hello", peer="ada")
    assert out.getvalue().endswith(" shop.other: hello\n")
