"""Any object can be logged on Twisted: nothing raises, nothing is lost."""

from __future__ import annotations

import json
import re
from io import StringIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.internet.task import Clock
from twisted.logger import eventAsText, globalLogPublisher

from txaio_twisted import TwistedBackend


class Hostile:
    """An object all of whose methods raise."""

    def _refuse(self, *_args: object) -> Any:
        raise ValueError("a\n2026-01-01 info root: forged")

    __str__ = __repr__ = __format__ = _refuse
    __getattr__ = __getitem__ = __bool__ = __len__ = __hash__ = __eq__ = _refuse


class NoAttributes:
    """An object that has no attributes, not even `__class__`."""

    def __getattribute__(self, name: str) -> Any:
        raise ValueError(name)


texts = st.text() | st.sampled_from(["ok\n2026- info root: fake", "\x1b[2J", "{a}"])
formats = st.lists(
    st.sampled_from(["{", "}", "{a}", "{b!r}", "{c:>9}", "{a.b}", "{log_level}"])
    | texts
).map("".join)
objects = st.recursive(
    st.none()
    | st.floats()
    | texts
    | st.binary()
    | st.builds(Hostile)
    | st.builds(NoAttributes)
    | st.builds(ValueError, texts),
    lambda inner: st.lists(inner) | st.dictionaries(texts, inner),
    max_leaves=5,
)
names = ["a", "b", "c", "message", "isError", "failure", "time", "format", "system"]
log_names = ["time", "level", "text", "failure", "category", "trace", "flattened"]
keys = texts | st.sampled_from([*names, *(f"log_{name}" for name in log_names)])
levels = st.sampled_from(["critical", "error", "warn", "info", "debug", "trace"])
LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d (\w+) some: .*")


def observe(event: dict[str, Any]) -> None:
    """Be an observer, which may raise."""
    eventAsText(event)


@settings(max_examples=100, deadline=None)
@given(levels, formats | objects, st.dictionaries(keys, objects, max_size=4))
def test_any_message_and_fields(level: str, message: object, fields: dict[str, Any]):
    """O1, O8: Each call writes exactly one line."""
    txa = TwistedBackend(Clock())
    other: Any = observe
    globalLogPublisher.addObserver(other)
    text, objects = StringIO(), StringIO()
    try:
        txa.start_logging(text, "trace")
        getattr(txa.make_logger("some"), level)(message, **fields)
        txa.start_logging(objects, "trace", "json")
        getattr(txa.make_logger("some"), level)(message, **fields)
    finally:
        txa.stop_logging()
        txa.set_global_log_level("info")
        globalLogPublisher.removeObserver(other)
    first, *rest = text.getvalue().split("\n")[:-1]
    parsed = LINE.fullmatch(first)
    assert parsed is not None
    assert parsed[1] == level
    assert all(line.startswith("    ") for line in rest)
    (line,) = objects.getvalue().splitlines()
    assert json.loads(line, parse_constant=pytest.fail)["level"] == level
