"""Fields: of a call, of a logger, of a context; and those that are added."""

from __future__ import annotations

from contextvars import copy_context
from typing import TYPE_CHECKING, Any

import pytest

from txaio_common import make_event, message_text


if TYPE_CHECKING:
    from conftest import LogStream
    from txaio_common import Backend, Logger


def event_of(log: Logger, message: object = None, **fields: Any) -> dict[str, Any]:
    """Return the event of a message at level info."""
    return make_event(log, "info", message, fields)


def test_added_fields_replace_those_of_the_caller(txa: Backend):
    """O2: The time, level, namespace and format cannot be set by a caller."""
    own = dict.fromkeys(("log_time", "log_level", "log_namespace", "log_format"), "x")
    event = event_of(txa.make_logger("some"), "{a}", a=1, **own)
    assert isinstance(event.pop("log_time"), float)
    assert event == {
        "a": 1,
        "log_level": "info",
        "log_namespace": "some",
        "log_format": "{a}",
    }


def test_any_name_is_a_field(txa: Backend, out: LogStream):
    """O2: No keyword is reserved."""
    names = ["level", "self", "logger", "message", "name", "msg", "args", "exc_info"]
    txa.start_logging(out, "trace")
    log = txa.make_logger("some")
    for level in ("critical", "error", "warn", "info", "debug", "trace", "failure"):
        getattr(log, level)("{self} {message}", **dict.fromkeys(names, 1))
    texts = [line.partition(": ")[2] for line in out.lines]
    assert [text[:4] for text in texts] == ["1 1 "] * 7


@pytest.mark.parametrize(
    ("message", "fields", "text"),
    [
        (None, {}, "None"),
        (None, {"a": 1, "b": "c"}, "a=1 b='c'"),
        (None, {"log_failure": ValueError()}, ""),
        (None, {"log_category": "unknown"}, "log_category='unknown'"),
        (None, {"log_category": 3}, "log_category=3"),
        (b"bytes {a}", {"a": 1}, "bytes 1"),
        (b"\xff", {}, "\\xff"),
        (7, {}, "7"),
        (ValueError("{x}"), {}, "{x}"),
        (type("Text", (str,), {})("{a}"), {"a": 1}, "1"),
    ],
)
def test_message_that_is_not_a_str(
    txa: Backend, message: object, fields: dict[str, Any], text: str
):
    """O1: Any object can be a message; without one, the text lists the fields."""
    event = event_of(txa.make_logger("some"), message, **fields)
    assert message_text(event) == text
    assert type(event["log_format"]) is str


def test_category_selects_the_format(txa: Backend):
    """Without a message, the format of the category is used."""
    txa.add_log_categories({"XY01": "peer {peer} is gone"})
    log = txa.make_logger("some")
    event = event_of(log, log_category="XY01", peer=3)
    assert message_text(event) == "peer 3 is gone"
    assert event["log_category"] == "XY01"
    assert message_text(event_of(log, "other", log_category="XY01")) == "other"


def test_bound_fields(txa: Backend):
    """The fields of a logger are in its messages, and in no others."""
    log = txa.make_logger("some")
    event = event_of(log.bind(a=1, self=2).bind(b=3), "{a} {b} {self}")
    assert message_text(event) == "1 3 2"
    assert "a" not in event_of(log)


def test_precedence_of_fields(txa: Backend):
    """A call's field overrides a logger's, and that overrides a context's."""
    log = txa.make_logger("some").bind(b="log", c="log").bind(d="log")
    with txa.log_context(a="context", b="context", c="context"):
        event = event_of(log, "{a} {b} {c} {d}", c="call")
    assert message_text(event) == "context log call log"


def test_contexts_nest(txa: Backend):
    """An inner context overrides an outer one, until its block ends."""
    log = txa.make_logger("some")
    with txa.log_context(a=1, self=1):
        with txa.log_context(a=2):
            assert (event_of(log)["a"], event_of(log)["self"]) == (2, 1)
        assert event_of(log)["a"] == 1
    assert "a" not in event_of(log)


def test_context_follows_the_context(txa: Backend):
    """V1: Fields belong to their context, and are in no other."""
    log = txa.make_logger("some")
    with txa.log_context(a=1):
        inside = copy_context()
    assert inside.run(event_of, log)["a"] == 1
    assert "a" not in event_of(log)


def test_log_context_exited_in_another_context(txa: Backend):
    """It raises nothing, and changes nothing there."""

    def exit_elsewhere() -> Any:
        fields = txa.log_context(a=1)
        fields.__enter__()
        with txa.log_context(a=2):
            copy_context().run(fields.__exit__, None, None, None)
            return event_of(txa.make_logger("some"))["a"]

    assert copy_context().run(exit_elsewhere) == 2


@pytest.mark.parametrize("message", [None, ""])
def test_format_as_a_field(txa: Backend, message: str | None):
    """The field `format` is used, as in Twisted; a category overrides it."""
    log = txa.make_logger("some")
    txa.add_log_categories({"XY02": "by category {a}"})
    event = event_of(log, message, format="by format {a}", a=1)
    assert message_text(event) == "by format 1"
    event = event_of(log, message, format="x", log_category="XY02", a=1)
    assert message_text(event) == "by category 1"
    assert message_text(event_of(log, "", a=1)) == ""


def test_category_whose_format_is_not_a_str(txa: Backend):
    """`TypeError` names it, and no category of the call is added."""
    categories: Any = {"XY03": "x", "XY04": None}
    with pytest.raises(TypeError, match="format of category 'XY04' must be a str, not"):
        txa.add_log_categories(categories)
    log = txa.make_logger("some")
    assert message_text(event_of(log, log_category="XY03")) == "log_category='XY03'"
