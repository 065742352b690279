"""Formats whose fields are not filled in, and what is remembered of formats."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from txaio_common import allowed_format
from txaio_common._logging import replacement_fields, text


if TYPE_CHECKING:
    from conftest import LogStream
    from txaio_common import Backend

ONLY_NAMES = "without fields in the call, a message can only name fields"


def reason(message: str, *given: str, calls: bool = False) -> str:
    """Return why *message* is not formatted, or an empty string."""
    fields: dict[str, Any] = {}
    if allowed_format(message, given, fields, calls=calls) == message:
        assert fields == {}
        return ""
    quoted = str(fields["log_text"])
    assert quoted.startswith(f"{message} [not formatted: ")
    return quoted.removeprefix(f"{message} [not formatted: ").removesuffix("]")


@pytest.mark.parametrize("times", [1, 2])
def test_reasons(times: int):
    """O12: A message that is not formatted says why, each time."""
    for _time in range(times):
        assert reason("{a}{b!r}{}") == ""
        assert reason("{a.b}").startswith(ONLY_NAMES)
        assert reason("{a.b}", "log_failure", "exc_info").startswith(ONLY_NAMES)
        assert reason("{a.b}", "b") == ""
        assert reason("{a()}", calls=True).startswith(ONLY_NAMES)
        assert reason("{a()}", "b") == "fields are not called"
        assert reason("{a()}", "b", calls=True) == ""
        assert reason("{a._b}", "b") == "attributes that begin with _ are not read"
        assert reason("{log_time:9}", "b") == "log_time is only named: {log_time}"
        assert reason("{").startswith("ValueError: Single '{' encountered")
        assert reason("{", "b") == ""
        assert reason("{log_logger.log} {", "b").startswith("ValueError: ")
        assert reason("{log_failure.value}") == ""
        assert reason("{log_failure.value.args}").startswith(ONLY_NAMES)
        assert reason("{log_failure.value.args}", "b") == ""
        assert reason("{log_failure.getTraceback()}", calls=True) == ""
        assert reason("{log_failure.getTraceback()}") == "fields are not called"


def test_what_is_remembered(monkeypatch: pytest.MonkeyPatch):
    """The number of formats and their length are limited: some are from outside."""
    for module in (replacement_fields, text):
        monkeypatch.setattr(module, "MAX_KNOWN_FORMATS", 10)
    for number in range(25):
        assert reason(f"{{a}} {number}") == ""
        assert reason(f"{{a.b}} {number}") != ""
        assert f"{{a}} {number}" in replacement_fields.NAMES_ONLY
        assert f"{{a.b}} {number}" in replacement_fields.WITH_FIELDS
        assert len(replacement_fields.NAMES_ONLY) <= 10
        assert len(replacement_fields.WITH_FIELDS) <= 10
        assert len(replacement_fields._known) <= 10
    long = "{a}" + " " * text.MAX_KNOWN_LENGTH
    assert reason(long) == ""
    assert long not in replacement_fields._known


def test_long_format(txa: Backend, out: LogStream):
    """O10: The fields that it names are not repeated, though it is not remembered."""
    long = "{a}" + " " * text.MAX_KNOWN_LENGTH + "|"
    txa.start_logging(out)
    txa.make_logger("some").info(long, a=1)
    txa.make_logger("some").info(long, a=1, b=2)
    assert [line[-7:] for line in out.lines] == ["      |", "| [b=2]"]
    assert long not in text._known_fields


def test_unformatted_message_as_json(txa: Backend, out: LogStream):
    """O12: The message is quoted, and the format is the same for all of them."""
    txa.start_logging(out, format="json")
    txa.make_logger("some").bind(a=1).info("{a.real}")
    record = json.loads(out.getvalue())
    assert record["message"].startswith("{a.real} [not formatted: ")
    assert record["format"] == "{log_text}"
    assert record["fields"] == {"a": 1, "log_text": record["message"]}


def test_text_with_many_braces(txa: Backend, out: LogStream):
    """O1: It is quoted, whatever is between them."""
    txa.start_logging(out)
    log = txa.make_logger("some")
    for message in ("{" * 5_001, "{a:{b:{c}}}", "{!}", "{a!}", "{a[}", "}{"):
        log.info(message)
    assert [" [not formatted: " in line for line in out.lines] == [True] * 6
