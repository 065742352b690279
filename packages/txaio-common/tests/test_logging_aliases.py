"""`warning`, `exception` and `exc_info`, as loggers of `logging` have them."""

from __future__ import annotations

import inspect
import json
import sys
from typing import TYPE_CHECKING, Any

import pytest

from txaio_common import FailedFuture, _logging, make_event
from txaio_interfaces import log_levels


if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import LogStream
    from txaio_common import Backend

ERROR = KeyError("x")


class NoAttributes:
    """An object that has no attributes, not even `__class__`."""

    def __getattribute__(self, name: str) -> Any:
        raise ValueError(name)


def event_of(txa: Backend, **fields: Any) -> dict[str, Any]:
    """Return the event of a message that is logged while `ERROR` is being handled."""
    try:
        raise ERROR
    except KeyError:
        return make_event(txa.make_logger("some"), "info", "x", fields)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        (True, True),
        (1, 1),
        (ERROR, ERROR),
        ((KeyError, ERROR, None), ERROR),
    ],
)
def test_exc_info(txa: Backend, given: object, field: object):
    """O11: Its exception is the failure, and it remains a field."""
    event = event_of(txa, exc_info=given)
    assert event["log_failure"] is ERROR
    assert event["exc_info"] is field


def test_exc_info_that_is_a_failure(txa: Backend):
    """O11: It may be a failure, such as that of an errback."""
    failure = FailedFuture(ERROR)
    assert event_of(txa, exc_info=failure)["log_failure"] is failure


def test_exc_info_of_sys(txa: Backend, out: LogStream):
    """O11: The text has the exception in place of the tuple of `sys.exc_info`."""
    txa.start_logging(out)
    try:
        int("x")
    except ValueError:
        txa.make_logger("some").info("x", exc_info=sys.exc_info())
    first, *rest = out.lines
    assert first.startswith("info some: x [exc_info=ValueError(")
    assert "Traceback" in rest[0]


@pytest.mark.parametrize(
    "make",
    [
        *(bool, int, str, tuple, NoAttributes, lambda: None),
        *(lambda: (None, None, None), lambda: (1, 2, 3), lambda: (NoAttributes(),)),
    ],
)
def test_exc_info_without_an_exception(txa: Backend, make: Callable[[], object]):
    """O11: Any other value is that of a field."""
    other = make()
    event = event_of(txa, exc_info=other)
    assert "log_failure" not in event
    assert event["exc_info"] is other


def test_exc_info_with_no_exception_at_hand(txa: Backend):
    """O11: There is no failure then."""
    event = make_event(txa.make_logger("some"), "info", "x", {"exc_info": True})
    assert "log_failure" not in event


def test_failure_has_precedence(txa: Backend):
    """O11: `exc_info` is the failure only if the call has no other."""
    other = ValueError()
    assert event_of(txa, exc_info=True, log_failure=other)["log_failure"] is other
    assert event_of(txa, exc_info=True, log_failure=None)["log_failure"] is ERROR


def test_exc_info_of_a_logger_or_a_context(txa: Backend):
    """O11: It is a field, and no failure of the messages."""
    log = txa.make_logger("some").bind(exc_info=ERROR)
    with txa.log_context(exc_info=ERROR):
        event = make_event(log, "info", "x", {})
    assert "log_failure" not in event
    assert event["exc_info"] is ERROR


def test_exception_method(txa: Backend, out: LogStream):
    """O11: It takes the exception being handled, unless the call has another."""
    txa.start_logging(out, format="json")
    exception: Any = txa.make_logger("some").exception
    try:
        int("x")
    except ValueError:
        exception("{a}", a=1)
        exception("%s", 1)
        exception("x", exc_info=ERROR)
        exception("x", exc_info=False)
        exception("x", log_failure=ERROR)
        exception("x", log_failure=None)
    exception("x")
    records = [json.loads(line) for line in out.getvalue().splitlines()]
    found = [record["failure"] and record["failure"]["type"] for record in records]
    assert found[:2] == ["ValueError", "ValueError"]
    assert found[2:] == ["KeyError", None, "KeyError", "ValueError", None]


def test_records_of_aliases(txa: Backend, kept: list[Any]):
    """O3: They have the levels of `warn` and `error`, and the place of the call."""
    log = txa.make_logger("some")
    warning, exception = log.warning, log.exception
    line = sys._getframe().f_lineno + 1
    warning("{a}", a=1)
    exception("{a}", a=2, log_failure=ERROR)
    said = [(r.levelname, r.getMessage(), r.funcName) for r in kept]
    assert said == [
        ("WARNING", "1", "test_records_of_aliases"),
        ("ERROR", "2", "test_records_of_aliases"),
    ]
    assert [record.lineno for record in kept] == [line, line + 1]
    assert kept[1].exc_info[1] is ERROR


@pytest.mark.parametrize("level", log_levels)
def test_levels_of_aliases(txa: Backend, out: LogStream, level: str):
    """O5: They are silent where `warn` and `error` are, and cost as little."""
    txa.start_logging(out, level)
    log: Any = txa.make_logger("some")
    for alias, name in (("warning", "warn"), ("exception", "error")):
        before = len(out.lines)
        getattr(log, alias)("x", log_failure="none")
        enabled = log.is_enabled_for(name)
        assert (len(out.lines) > before) is enabled
        code = getattr(type(log), alias).__code__
        assert (code is getattr(_logging.Logger, alias).__code__) is enabled
        assert inspect.getdoc(getattr(log, alias))
