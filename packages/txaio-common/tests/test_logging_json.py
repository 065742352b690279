"""Records as JSON: one object a line, whatever is in it."""

from __future__ import annotations

import json
from datetime import datetime
from math import inf, nan
from typing import TYPE_CHECKING

import pytest


if TYPE_CHECKING:
    from conftest import Written

    from txaio_common import Backend


def first() -> None:
    """Fail."""
    raise KeyError("first")


def failed() -> ValueError:
    """Return an exception that was raised, of another."""
    try:
        try:
            first()
        except KeyError as error:
            raise ValueError("bad\nforged") from error
    except ValueError as error:
        return error
    raise AssertionError


def test_json(txl: Backend, out: Written):
    """O7: A record is one object with all that is known."""
    txl.start_logging(out, format="json")
    txl.make_logger("some").warn("peer {peer}", peer=3, time="x\n\x7f\u2028")
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


def test_json_failure(txl: Backend, out: Written):
    """O6: A failure has its type, its message and its traceback."""
    txl.start_logging(out, format="json")
    txl.make_logger("some").failure("oh", failed())
    failure = json.loads(out.getvalue())["failure"]
    assert (failure["type"], failure["message"]) == ("ValueError", "bad\nforged")
    assert failure["traceback"].endswith("ValueError: bad\nforged\n")
    assert "KeyError: 'first'" in failure["traceback"]


def test_json_failure_that_is_none(txl: Backend, out: Written):
    """O6: What is no failure is told as what it is."""
    txl.start_logging(out, format="json")
    txl.make_logger("some").error("oh", log_failure=3)
    assert json.loads(out.getvalue())["failure"] == {"type": "3"}


class Hostile:
    """An object that refuses to be put into words."""

    def __repr__(self) -> str:
        raise ValueError


def test_what_json_cannot_hold_is_its_repr(txl: Backend, out: Written):
    """O7: The line is written whatever the fields are."""
    circle: list[object] = []
    circle.append(circle)
    fields = {"a": {(1, 2): 3}, "b": nan, "c": circle, "d": [{1}], "e": Hostile()}
    txl.start_logging(out, format="json")
    txl.make_logger("some").info("x", **fields, f=[1, {"a": None}])
    assert json.loads(out.getvalue())["fields"] == {
        "a": "{(1, 2): 3}",
        "b": "nan",
        "c": "[[...]]",
        "d": ["{1}"],
        "e": "<Hostile: ValueError in __repr__>",
        "f": [1, {"a": None}],
    }


@pytest.mark.parametrize("number", [nan, inf])
def test_number_that_json_does_not_have(txl: Backend, out: Written, number: float):
    """O7: A line is JSON, and not what Python takes for it."""
    txl.start_logging(out, format="json")
    txl.make_logger("some").info("x", a=number)
    record = json.loads(out.getvalue(), parse_constant=pytest.fail)
    assert record["fields"] == {"a": repr(number)}
