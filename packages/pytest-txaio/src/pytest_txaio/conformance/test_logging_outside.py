"""Messages from outside: they read nothing, run nothing and fill no memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pytest_txaio.conformance._helpers import LEVELS
from pytest_txaio.conformance._logging import logged, native_records


if TYPE_CHECKING:
    from pytest_txaio import Host
    from txaio_interfaces import IBackend, ILogger

HIDDEN = "hunter2"
"""What no message from outside may show."""


class Request:
    """An object with a secret, which notices what is done with it."""

    def __init__(self) -> None:
        self.token = HIDDEN
        self.parts: list[str] = [HIDDEN]
        self.used: list[str] = []

    def __repr__(self) -> str:
        return "<the request>"

    def __len__(self) -> int:
        self.used.append("len")
        return 0

    def __getitem__(self, key: object) -> str:
        self.used.append("item")
        return HIDDEN

    @property
    def state(self) -> str:
        """Be noticed."""
        self.used.append("state")
        return HIDDEN

    def close(self) -> str:
        """Be noticed, too."""
        self.used.append("close")
        return HIDDEN


ATTACKS = [
    "{request.token}",
    "{request.parts[0]}",
    "{request[token]}",
    "{request.state}",
    "{request.state} {",
    "{request.close()}",
    "{request.close().upper()}",
    "{request.__init__.__globals__[HIDDEN]}",
    "{request.__init__.__globals__[HIDDEN]} }",
    "{request!r:>{request.token}}",
    "{log_logger.failure.__globals__[HIDDEN]}",
    "{log_logger.failure()}",
    "{log_source.__class__}",
    "{log_level.name.upper()}",
    "{log_failure.tb}{log_failure.traceback.tb_frame.f_globals[HIDDEN]}",
    "{log_failure.value.__traceback__.tb_frame.f_globals[HIDDEN]}",
    '{"request": {request.token}}',
]


def bound(txa: IBackend, request: Request) -> ILogger:
    """Return a logger with *request* as a field."""
    return txa.make_logger("name").bind(request=request)


@pytest.mark.parametrize("message", ATTACKS)
@pytest.mark.parametrize("level", [*LEVELS, "exception", "failure"])
async def test_message_without_fields_in_the_call(
    txa: IBackend, host: Host, message: str, level: str
) -> None:
    """O12: It reads no attribute, calls nothing, and is written as it is."""
    request = Request()
    with logged(txa) as out, native_records(host, "name") as records:
        try:
            int("x")
        except ValueError:
            getattr(bound(txa, request), level)(message)
            with txa.log_context(request=request):
                getattr(txa.make_logger("name"), level)(message)
    text = out.getvalue()
    natively = [one.text() for one in records]
    assert text.count(f"name: {message} [") == 2
    assert [one.startswith(f"{message} [") for one in natively] == [True, True]
    assert HIDDEN not in text + "".join(natively)
    assert request.used == []


@pytest.mark.parametrize(
    "fields",
    [
        {"exc_info": True},
        {"exc_info": ValueError("x")},
        {"log_failure": ValueError("x")},
        {"log_category": "UNKNOWN"},
    ],
    ids=["exc_info", "exception", "log_failure", "log_category"],
)
async def test_keywords_that_are_not_for_the_message(
    txa: IBackend, fields: dict[str, Any]
) -> None:
    """O12: A call with no other keywords is one without fields."""
    request = Request()
    with logged(txa) as out:
        for message in ATTACKS:
            bound(txa, request).error(message, **fields)
    assert HIDDEN not in out.getvalue()
    assert request.used == []


async def test_names_of_fields_from_outside(txa: IBackend) -> None:
    """O12: A call without a message lists its fields, whatever their names are."""
    request, log = Request(), txa.make_logger("name")
    fields: dict[str, Any] = {"request.token": 1, "request.state": 2, "n": 3}
    with logged(txa) as out:
        log.bind(request=request).info(**fields)
        log.bind(request=request).info(format="{request.token}")
        log.bind(request=request).info("", format="{request.state}")
        log.info(**dict.fromkeys(map("n{}".format, range(40)), 1))
    lines = out.getvalue().splitlines()
    assert "n=3" in lines[0]
    assert "n39=1" in lines[3]
    assert HIDDEN not in out.getvalue()
    assert request.used == []


@pytest.mark.parametrize(
    "message",
    [
        "{log_level:>9000000}",
        "{request!s:>9000000}",
        "{text}" * 1_000,
        "{log_format}" * 1_000,
        "{a:{b:{c:{d}}}}",
        "{a:" * 10_000,
    ],
    ids=["level", "field", "repeated", "itself", "nested", "deep"],
)
async def test_length_of_a_text(txa: IBackend, message: str) -> None:
    """O12: A message cannot be filled in with more than the fields that it names."""
    log = txa.make_logger("name").bind(request=Request(), text="x" * 5_000)
    with logged(txa) as out:
        log.info(message)
    text = out.getvalue()
    assert message in text
    assert len(text) < len(message) + 10_000


async def test_plain_names(txa: IBackend, host: Host) -> None:
    """O12: Fields of the logger, of the context and those that are added are named."""
    log = txa.make_logger("name").bind(peer="ada")
    with native_records(host, "name") as records, txa.log_context(request=7):
        log.info("{peer} {request} {peer!r} {{}} {log_namespace}")
        log.info(" ".join(["{peer}"] * 16))
    said = [one.text() for one in records]
    assert said == ["ada 7 'ada' {} name", " ".join(["ada"] * 16)]


async def test_format_with_fields_in_the_call(txa: IBackend, host: Host) -> None:
    """O2, O12: Its fields have attributes, indexes and widths, but no calls."""
    request = Request()
    with native_records(host, "name") as records:
        log = bound(txa, request)
        log.info("{request.token} {n:>3} {it[0].real:{n}}", n=3, it=[7])
        log.info("{n.bit_length()}", n=3)
        log.info("{close()}", close=request.close)
    said = [one.text() for one in records]
    assert said[0] == f"{HIDDEN}   3   7"
    assert said[1].startswith("{n.bit_length()} [not formatted: ")
    assert said[2].startswith("{close()} [not formatted: ")
    assert request.used == []


@pytest.mark.parametrize(
    "message",
    [
        "{n.__class__}",
        "{n.real._x}",
        "{n:{n.__class__}}",
        "{n.__class__} {",
        "{log_level.name}",
        "{log_level:>9000000}",
        "{log_namespace[0]}",
        "{log_time()}",
        "{n:{log_logger.log}}",
        "{log_failure.tb}",
        "{log_failure:>9000000}",
    ],
)
async def test_what_no_message_reads(txa: IBackend, host: Host, message: str) -> None:
    """O12: Attributes that begin with `_`, and more than names of what is added."""
    with native_records(host, "name") as records:
        log = txa.make_logger("name")
        log.info(message, n=3)
        log.failure(message, failure=ValueError("x"), n=3)
    for one in records:
        assert one.text().startswith(f"{message} [not formatted: ")


async def test_exception_of_a_failure(txa: IBackend, host: Host) -> None:
    """O12: A message may name the exception of a failure, by `value`."""
    failure = txa.create_failure(FileNotFoundError(2, "not there"))
    with native_records(host, "name") as records:
        log = txa.make_logger("name")
        log.failure("{log_failure.value}", failure=failure)
        log.failure("{log_failure.value.errno} {n}", failure=failure, n=1)
        log.failure("{log_failure.value.errno}", failure=failure)
    said = [one.text() for one in records]
    assert said[:2] == ["[Errno 2] not there", "2 1"]
    assert said[2].startswith("{log_failure.value.errno} [not formatted: ")


async def test_category_is_a_format(txa: IBackend, host: Host) -> None:
    """O12: A format that the program has registered is not from outside."""
    txa.add_log_categories({"SHOP2": "{request.token}"})
    with native_records(host, "name") as records:
        bound(txa, Request()).info(log_category="SHOP2")
    assert records[0].text() == HIDDEN
