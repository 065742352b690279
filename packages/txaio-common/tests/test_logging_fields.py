"""Fields: of a call, of a logger, of a context; and what is added to them."""

from __future__ import annotations

from contextvars import copy_context
from typing import TYPE_CHECKING, Any

import pytest

from txaio_common import make_event, message_text


if TYPE_CHECKING:
    from conftest import Written

    from txaio_common import Backend, Logger


def event_of(log: Logger, message: object = None, **fields: Any) -> dict[str, Any]:
    """Return what is made of a message at level info."""
    return make_event(log, "info", message, fields)


def test_added_fields_are_not_the_callers(txl: Backend):
    """O2: What is added goes before what the caller calls the same."""
    own = dict.fromkeys(("log_time", "log_level", "log_namespace", "log_format"), "x")
    event = event_of(txl.make_logger("some"), "{a}", a=1, **own)
    assert isinstance(event.pop("log_time"), float)
    assert event == {
        "a": 1,
        "log_level": "info",
        "log_namespace": "some",
        "log_format": "{a}",
    }


def test_any_name_is_a_field(txl: Backend, out: Written):
    """O2: No keyword is taken."""
    names = ["level", "self", "logger", "message", "name", "msg", "args", "exc_info"]
    txl.start_logging(out, "trace")
    log = txl.make_logger("some")
    for level in ("critical", "error", "warn", "info", "debug", "trace", "failure"):
        getattr(log, level)("{self} {message}", **dict.fromkeys(names, 1))
    assert [line.partition(": ")[2] for line in out.lines] == ["1 1"] * 7


@pytest.mark.parametrize(
    ("message", "fields", "said"),
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
def test_message_that_is_no_text(
    txl: Backend, message: object, fields: dict[str, Any], said: str
):
    """O1: Whatever is said instead of a message has its own words."""
    event = event_of(txl.make_logger("some"), message, **fields)
    assert message_text(event) == said
    assert type(event["log_format"]) is str


def test_category_picks_the_format(txl: Backend):
    """A category stands for its format where there is no message."""
    txl.add_log_categories({"XY01": "peer {peer} is gone"})
    log = txl.make_logger("some")
    event = event_of(log, log_category="XY01", peer=3)
    assert message_text(event) == "peer 3 is gone"
    assert event["log_category"] == "XY01"
    assert message_text(event_of(log, "said", log_category="XY01")) == "said"


def test_bound_fields(txl: Backend):
    """Fields of a logger are in each of its messages, and in no other's."""
    log = txl.make_logger("some")
    event = event_of(log.bind(a=1, self=2).bind(b=3), "{a} {b} {self}")
    assert message_text(event) == "1 3 2"
    assert "a" not in event_of(log)


def test_nearer_fields_go_first(txl: Backend):
    """A call's field goes before a logger's, and that before a context's."""
    log = txl.make_logger("some").bind(b="log", c="log").bind(d="log")
    with txl.log_context(a="context", b="context", c="context"):
        event = event_of(log, "{a} {b} {c} {d}", c="call")
    assert message_text(event) == "context log call log"


def test_contexts_nest(txl: Backend):
    """Inner contexts go before outer ones, and end where they end."""
    log = txl.make_logger("some")
    with txl.log_context(a=1, self=1):
        with txl.log_context(a=2):
            assert (event_of(log)["a"], event_of(log)["self"]) == (2, 1)
        assert event_of(log)["a"] == 1
    assert "a" not in event_of(log)


def test_context_follows_the_context(txl: Backend):
    """V1: Fields are where their context is, and nowhere else."""
    log = txl.make_logger("some")
    with txl.log_context(a=1):
        inside = copy_context()
    assert inside.run(event_of, log)["a"] == 1
    assert "a" not in event_of(log)


def test_context_left_elsewhere(txl: Backend):
    """A context that is left in another one is no error, and changes nothing there."""

    def leave_elsewhere() -> Any:
        fields = txl.log_context(a=1)
        fields.__enter__()
        with txl.log_context(a=2):
            copy_context().run(fields.__exit__, None, None, None)
            return event_of(txl.make_logger("some"))["a"]

    assert copy_context().run(leave_elsewhere) == 2


@pytest.mark.parametrize("message", [None, ""])
def test_format_in_the_place_of_a_message(txl: Backend, message: str | None):
    """Twisted's loggers are given it by that name; a category goes before it."""
    log = txl.make_logger("some")
    txl.add_log_categories({"XY02": "by category {a}"})
    event = event_of(log, message, format="by format {a}", a=1)
    assert message_text(event) == "by format 1"
    event = event_of(log, message, format="x", log_category="XY02", a=1)
    assert message_text(event) == "by category 1"
    assert message_text(event_of(log, "", a=1)) == ""


def test_category_that_is_no_text(txl: Backend):
    """It is refused by name, and none of those given with it is taken."""
    categories: Any = {"XY03": "x", "XY04": None}
    with pytest.raises(TypeError, match="format of category 'XY04' must be a str, not"):
        txl.add_log_categories(categories)
    log = txl.make_logger("some")
    assert message_text(event_of(log, log_category="XY03")) == "log_category='XY03'"
