"""Any object can be logged: nothing raises, nothing is lost, no line is forged."""

from __future__ import annotations

import json
import logging
import re
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from txaio_interfaces import log_levels


if TYPE_CHECKING:
    from txaio_common import Backend

    Call = tuple[str, object, dict[str, Any]]

ERRORS = [ValueError, RecursionError, MemoryError, AttributeError, StopIteration]


class Hostile:
    """An object all of whose methods raise."""

    def __init__(self, error: type[Exception]) -> None:
        self.error = error

    def _refuse(self, *_args: object) -> Any:
        raise self.error("a\n2026-01-01 info root: forged")

    __str__ = __repr__ = __format__ = _refuse
    __getattr__ = __getitem__ = __bool__ = __len__ = __hash__ = __eq__ = _refuse
    __reduce_ex__ = __iter__ = _refuse


class NoAttributes:
    """An object that has no attributes, not even `__class__`."""

    def __getattribute__(self, name: str) -> Any:
        raise ValueError(name)


texts = st.text(st.characters()) | st.sampled_from(
    ["ok\n2026-01-01T00:00:00.000+00:00 info root: fake", "\x1b[2J", "{a}", "{", "}"]
)
formats = st.lists(
    st.sampled_from(["{", "}", "{a}", "{b!r}", "{c:>9}", "{a.b}", "{a[0]}", "{}", "\n"])
    | texts
).map("".join)
objects = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | texts
    | st.binary()
    | st.builds(Hostile, st.sampled_from(ERRORS))
    | st.builds(NoAttributes)
    | st.builds(ValueError, texts),
    lambda inner: st.lists(inner) | st.dictionaries(texts | st.integers(), inner),
    max_leaves=5,
)
keys = texts | st.sampled_from(
    [
        *("a", "b", "c", "self", "level", "message", "log_time", "log_level"),
        *("log_text", "log_failure", "log_category", "log_namespace", "log_format"),
    ]
)
levels = st.sampled_from([*log_levels[1:], "failure"])
LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d (\w+) some: .*")


@pytest.mark.parametrize("others", [True, False])
@settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.tuples(levels, formats | objects, st.dictionaries(keys, objects, max_size=4)))
def test_any_message_and_fields(txa: Backend, bare_root: Any, others: bool, call: Call):
    """O1, O8: Each call writes exactly one line."""
    level, message, fields = call
    fields.pop("failure", None)
    text, objects = StringIO(), StringIO()
    with bare_root() as root:
        if others:
            root.addHandler(logging.StreamHandler(StringIO()))
            root.setLevel(1)
        txa.start_logging(text, "trace")
        getattr(txa.make_logger("some"), level)(message, **fields)
        txa.start_logging(objects, "trace", "json")
        getattr(txa.make_logger("some"), level)(message, **fields)
        txa.stop_logging()
    first, *rest = text.getvalue().split("\n")[:-1]
    parsed = LINE.fullmatch(first)
    assert parsed is not None
    assert parsed[1] == {"failure": "critical"}.get(level, level)
    assert first.isprintable() or not any(map(_is_control, first))
    assert all(line.startswith("    ") for line in rest)
    (line,) = objects.getvalue().splitlines()
    assert json.loads(line, parse_constant=pytest.fail)["level"] == parsed[1]


def _is_control(char: str) -> bool:
    return char < " " or "\x7f" <= char <= "\x9f" or char in "\u2028\u2029\u202e"
