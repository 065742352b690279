"""Messages as JSON: one object on each line, whatever the fields are."""

from __future__ import annotations

import json
import logging
from datetime import datetime
from math import inf, nan
from typing import TYPE_CHECKING, Any

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
    cycle: list[object] = []
    cycle.append(cycle)
    fields = {"a": {(1, 2): 3}, "b": nan, "c": cycle, "d": [{1}], "e": Hostile()}
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


def no_pairs_twice(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Return an object of JSON, no two keys of which may be equal."""
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)


@pytest.mark.parametrize(
    "value",
    [
        {1: "a", "1": "b"},
        {None: 1, "null": 2},
        {True: 1, "true": 2},
        {1.5: 1, "1.5": 2},
        [({"x": {0: 1, "0": 2}},)],
    ],
    ids=repr,
)
def test_keys_that_are_equal_in_json(txa: Backend, out: LogStream, value: Any):
    """O7: The repr is written, as a reader of the object would get one of them."""
    txa.start_logging(out, format="json")
    txa.make_logger("some").info("x", a=value, b={1: 2, "2": [{3: None}]}, c=3)
    record = json.loads(out.getvalue(), object_pairs_hook=no_pairs_twice)
    assert record["fields"] == {
        "a": repr(value),
        "b": {"1": 2, "2": [{"3": None}]},
        "c": 3,
    }


def test_names_of_fields_that_are_equal_in_json(txa: Backend, out: LogStream):
    """O7: Those of a foreign record may be of any type; a string stays as it is."""
    txa.start_logging(out, format="json")
    fields = {"name": "other", "levelno": 40, 1: "a", "1": "b", (2, 3): "c"}
    record: Any = logging.makeLogRecord(fields)
    logging.getLogger("other").handle(record)
    written = json.loads(out.getvalue(), object_pairs_hook=no_pairs_twice)
    assert written["fields"] == {"(1)": "a", "1": "b", "((2, 3))": "c"}


@pytest.mark.parametrize("number", [nan, inf])
def test_number_that_json_does_not_have(txa: Backend, out: LogStream, number: float):
    """O7: Its repr is written, as `NaN` is not valid JSON."""
    txa.start_logging(out, format="json")
    txa.make_logger("some").info("x", a=number)
    record = json.loads(out.getvalue(), parse_constant=pytest.fail)
    assert record["fields"] == {"a": repr(number)}
