"""Messages as JSON: one object on each line, whatever the fields are."""

from __future__ import annotations

import json
from datetime import datetime
from math import inf, nan
from typing import TYPE_CHECKING

import pytest


if TYPE_CHECKING:
    from conftest import LogStream

    from txaio_common import Backend


def first() -> None:
    """Fail."""
    raise KeyError("first")


def failed() -> ValueError:
    """Return an exception that has a cause."""
    try:
        try:
            first()
        except KeyError as error:
            raise ValueError("bad\nforged") from error
    except ValueError as error:
        return error
    raise AssertionError


def test_json(txa: Backend, out: LogStream):
    """O7: A message is one object with everything that is known about it."""
    txa.start_logging(out, format="json")
    txa.make_logger("some").warn("peer {peer}", peer=3, time="x\n\x7f\u2028")
    record = json.loads(out.getvalue())
    assert datetime.fromisoformat(record.pop("time")).tzinfo
    assert record == {
        "level": "warn",
        "namespace": "some",
        "message": "peer 3",
        "format": "peer {peer}",
        "fields": {"peer": 3, "time": "x\n\x7f\u2028"},
        "failure": None,
        "thread": "MainThread",
        "task": "a task",
    }
    assert out.getvalue().isascii()
    assert out.getvalue()[:-1].isprintable()


def test_json_failure(txa: Backend, out: LogStream):
    """O6: A failure has its type, its message and its traceback."""
    txa.start_logging(out, format="json")
    txa.make_logger("some").failure("oh", failed())
    failure = json.loads(out.getvalue())["failure"]
    assert (failure["type"], failure["message"]) == ("ValueError", "bad\nforged")
    assert failure["traceback"].endswith("ValueError: bad\nforged\n")
    assert "KeyError: 'first'" in failure["traceback"]


def test_json_of_a_log_failure_that_is_not_a_failure(txa: Backend, out: LogStream):
    """O6: The object has its repr as the type."""
    txa.start_logging(out, format="json")
    txa.make_logger("some").error("oh", log_failure=3)
    assert json.loads(out.getvalue())["failure"] == {"type": "3"}


class Hostile:
    """An object whose repr raises."""

    def __repr__(self) -> str:
        raise ValueError


def test_values_that_json_cannot_represent(txa: Backend, out: LogStream):
    """O7: Their reprs are written."""
    circle: list[object] = []
    circle.append(circle)
    fields = {"a": {(1, 2): 3}, "b": nan, "c": circle, "d": [{1}], "e": Hostile()}
    txa.start_logging(out, format="json")
    txa.make_logger("some").info("x", **fields, f=[1, {"a": None}])
    assert json.loads(out.getvalue())["fields"] == {
        "a": "{(1, 2): 3}",
        "b": "nan",
        "c": "[[...]]",
        "d": ["{1}"],
        "e": "<Hostile: ValueError in __repr__>",
        "f": [1, {"a": None}],
    }


@pytest.mark.parametrize("number", [nan, inf])
def test_number_that_json_does_not_have(txa: Backend, out: LogStream, number: float):
    """O7: Its repr is written, as `NaN` is not valid JSON."""
    txa.start_logging(out, format="json")
    txa.make_logger("some").info("x", a=number)
    record = json.loads(out.getvalue(), parse_constant=pytest.fail)
    assert record["fields"] == {"a": repr(number)}
