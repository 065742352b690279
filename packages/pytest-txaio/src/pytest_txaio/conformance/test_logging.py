"""Logging: a call never raises, every keyword is a field, loggers have names."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest

from pytest_txaio.conformance._helpers import LEVELS
from pytest_txaio.conformance._logging import logged


if TYPE_CHECKING:
    from txaio_interfaces import IBackend, ILogger


class Awkward:
    """An object that cannot be formatted."""

    def __str__(self) -> str:
        """Fail."""
        msg = "no text for you"
        raise ValueError(msg)

    __repr__ = __str__

    def __format__(self, _spec: str) -> str:
        """Raise as well."""
        return str(self)


@pytest.mark.parametrize(
    ("message", "fields"),
    [
        ("a lone { brace", {}),
        ("a lone } brace", {}),
        ("{missing} key", {"peer": 7}),
        ("{} by place", {"peer": 7}),
        ("{0} by number", {"peer": 7}),
        ("{peer:bad} spec", {"peer": 7}),
        ("{peer!z} conversion", {"peer": 7}),
        ("{peer.nothing} attribute", {"peer": 7}),
        ("{peer[0]} item", {"peer": 7}),
        ("{peer} is awkward", {"peer": Awkward()}),
        ("{peer!r} is awkward", {"peer": Awkward()}),
    ],
    ids=[
        "open",
        "close",
        "missing",
        "place",
        "number",
        "spec",
        "conversion",
        "attribute",
        "item",
        "str",
        "repr",
    ],
)
async def test_message_that_cannot_be_formatted(
    txa: IBackend, message: str, fields: dict[str, Any]
) -> None:
    """O1: It is logged unformatted, with its fields and the error."""
    with logged(txa) as out:
        txa.make_logger("name").info(message, **fields)
        txa.make_logger("name").info("the next one")
    first, second = out.getvalue().splitlines()
    assert message in first
    assert not first.endswith(message)
    if fields.get("peer") == 7:
        assert "7" in first.partition(message)[2]
    assert "the next one" in second


@pytest.mark.parametrize(
    ("message", "text"),
    [(None, ""), (b"bytes", "bytes"), (42, "42"), (("a", "b"), "a"), (Awkward(), "")],
    ids=["none", "bytes", "number", "tuple", "awkward"],
)
@pytest.mark.parametrize("level", LEVELS)
async def test_message_that_is_not_a_string(
    txa: IBackend, level: str, message: Any, text: str
) -> None:
    """O1: None, bytes and other objects can be logged at every level."""
    with logged(txa) as out:
        getattr(txa.make_logger("name"), level)(message, peer=7)
        txa.make_logger("name").info("the next one")
    lines = out.getvalue().splitlines()
    assert text in lines[0]
    assert "the next one" in lines[-1]


@pytest.mark.parametrize("level", LEVELS)
async def test_values_by_position(txa: IBackend, level: str) -> None:
    """O1: They are written with the message, which is not formatted."""
    log: Any = txa.make_logger("name")
    with logged(txa) as out:
        getattr(log, level)("{peer} %s is gone", 7, peer=8)
    (line,) = out.getvalue().splitlines()
    assert "{peer} %s is gone" in line
    assert "7" in line


class Broken(io.StringIO):
    """A stream that cannot be written to."""

    def write(self, _text: str) -> int:
        """Fail."""
        msg = "disk full"
        raise OSError(msg)


def closed() -> io.StringIO:
    """Return a closed stream."""
    stream = io.StringIO()
    stream.close()
    return stream


@pytest.mark.parametrize("make", [closed, Broken], ids=["closed", "broken"])
async def test_stream_that_cannot_be_written(
    txa: IBackend, make: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """O1: Neither a closed nor a broken stream raises in the caller."""
    txa.start_logging(make(), "info")
    try:
        txa.make_logger("name").info("{peer} is gone", peer=7)
    finally:
        txa.stop_logging()
    # The contract does not say where else the message goes.
    capsys.readouterr()


async def test_keywords_are_fields(txa: IBackend) -> None:
    """O2: Any keyword is a field, also one that is a parameter of the logger."""
    names = "level self logger message format args name msg exc_info extra event cls"
    fields = {name: f"<{name}>" for name in names.split()}
    with logged(txa) as out:
        for level in LEVELS:
            log = getattr(txa.make_logger("name"), level)
            log(" ".join(f"{{{name}}}" for name in fields), **fields)
    lines = out.getvalue().splitlines()
    assert len(lines) == len(LEVELS)
    for line in lines:
        assert " ".join(fields.values()) in line


async def test_added_fields(txa: IBackend) -> None:
    """O2: Time, level, namespace and format are fields that a message can use."""
    with logged(txa) as out:
        log = txa.make_logger("some.name")
        log.warn("<{log_level}> <{log_namespace}> <{log_time}>")
        log.info("<{log_format}>")
    first, second = out.getvalue().splitlines()
    assert "<some.name>" in first
    assert "warn" in first.partition("<")[2].partition(">")[0]
    assert float(first.rpartition("<")[2].rpartition(">")[0]) > 1e9
    assert "<<{log_format}>>" in second


async def test_added_fields_are_not_overwritten(txa: IBackend) -> None:
    """O2: Fields of the caller with these names do not replace them."""
    fake: dict[str, Any] = {
        "log_level": "fake",
        "log_namespace": "fake",
        "log_time": "fake",
        "log_format": "fake",
    }
    with logged(txa) as out:
        txa.make_logger("some.name").warn(
            "<{log_level}> <{log_namespace}> <{log_time}>", **fake
        )
    (line,) = out.getvalue().splitlines()
    assert "fake" not in line
    assert "<some.name>" in line


def namespace_of(txa: IBackend, log: ILogger) -> str:
    """Return the namespace in the output of *log*."""
    with logged(txa) as out:
        log.info("|{log_namespace}|")
    return out.getvalue().split("|")[1]


async def test_logger_of_a_module(txa: IBackend) -> None:
    """O9: A logger made in a function of a module is named after the module."""
    assert namespace_of(txa, txa.make_logger()) == __name__


async def test_logger_of_a_class_attribute(txa: IBackend) -> None:
    """O9: One made in a class body is named after the class, nested or not."""

    class Outer:
        """A class with a logger."""

        log = txa.make_logger()

        class Inner:
            """A nested class."""

            log = txa.make_logger()

    for kind in (Outer, Outer.Inner):
        assert namespace_of(txa, kind.log) == f"{__name__}.{kind.__qualname__}"


async def test_logger_of_a_method(txa: IBackend) -> None:
    """O9: One made in a method is named after the class of the object."""

    class Base:
        """A class that makes loggers."""

        def __init__(self) -> None:
            self.log = txa.make_logger()

        @classmethod
        def make(cls) -> ILogger:
            """Return a logger, too."""
            return txa.make_logger()

    assert namespace_of(txa, Base().log) == f"{__name__}.{Base.__qualname__}"
    assert namespace_of(txa, Base.make()) == f"{__name__}.{Base.__qualname__}"


async def test_variable_that_is_called_self(txa: IBackend) -> None:
    """O9: A local variable called `self` does not make a function a method."""
    self = object()
    log = txa.make_logger()
    assert self is not None
    assert namespace_of(txa, log) == __name__


async def test_explicit_name(txa: IBackend) -> None:
    """O9: An explicit name is used, also in a class body."""

    class Some:
        """A class with a logger of another name."""

        log = txa.make_logger("any.name")

    assert namespace_of(txa, Some.log) == "any.name"
