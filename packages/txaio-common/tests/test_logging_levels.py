"""Levels: global, of a prefix, of one logger; they apply immediately."""

from __future__ import annotations

import gc
from copy import copy, deepcopy
from pickle import dumps, loads
from typing import TYPE_CHECKING, cast
from unittest.mock import patch

import pytest

from txaio_common._logging.levels import LEVELS, level_name
from txaio_interfaces import log_levels


if TYPE_CHECKING:
    from conftest import LogStream
    from txaio_common import Backend, Logger

WRITTEN = log_levels[1:]


def levels_written_by(log: Logger, out: LogStream) -> list[str]:
    """Return the levels at which *log* writes to *out*."""
    before = len(out.lines)
    for level in WRITTEN:
        getattr(log, level)("x")
    return [line.split()[0] for line in out.lines[before:]]


@pytest.mark.parametrize("level", log_levels)
def test_levels_below_are_silent(txa: Backend, out: LogStream, level: str):
    """O5: Messages below the level are not written, all others are."""
    log = txa.make_logger("some")
    txa.start_logging(out, level)
    assert levels_written_by(log, out) == WRITTEN[: log_levels.index(level)]


@pytest.mark.parametrize("level", log_levels)
def test_is_enabled_for(txa: Backend, level: str):
    """O5: It tells whether the level is written, which `none` never is."""
    txa.set_global_log_level(level)
    log = txa.make_logger("some")
    enabled = [name for name in log_levels if log.is_enabled_for(name)]
    assert enabled == log_levels[1 : log_levels.index(level) + 1]


def test_change_applies_to_loggers_made_before_and_after(txa: Backend, out: LogStream):
    """O5: A change of the global level applies immediately, up and down."""
    before = txa.make_logger("before")
    txa.start_logging(out, "error")
    txa.set_global_log_level("debug")
    after = txa.make_logger("after")
    assert (
        levels_written_by(before, out) == levels_written_by(after, out) == WRITTEN[:5]
    )
    txa.set_global_log_level("none")
    assert levels_written_by(before, out) == levels_written_by(after, out) == []
    assert txa.get_global_log_level() == "none"


def test_failure_is_silent_at_none(txa: Backend, out: LogStream):
    """O5: At level none, failures are not written either."""
    txa.start_logging(out, "none")
    txa.make_logger("some").failure("lost", ValueError())
    assert out.lines == []


def test_own_level_has_precedence(txa: Backend, out: LogStream):
    """O5: A logger's own level overrides all others."""
    log = txa.make_logger("some")
    log.set_log_level("trace")
    txa.start_logging(out, "error")
    txa.set_log_level("some", "critical")
    assert levels_written_by(log, out) == WRITTEN


def test_longest_prefix_has_precedence(txa: Backend, out: LogStream):
    """O5: A namespace has the level of its longest prefix that ends at a dot."""
    txa.start_logging(out, "error")
    names = ["a", "a.b", "a.b.c", "ab", "a.bc"]
    loggers = [txa.make_logger(name) for name in names]
    txa.set_log_level("a", "warn")
    txa.set_log_level("a.b", "debug")
    assert [len(levels_written_by(log, out)) for log in loggers] == [3, 5, 5, 2, 3]
    txa.set_log_level("a.b", None)
    txa.set_log_level("a", None)
    assert [len(levels_written_by(log, out)) for log in loggers] == [2, 2, 2, 2, 2]


def test_removing_the_level_of_a_prefix_that_has_none(txa: Backend):
    """O5: It does nothing."""
    txa.set_log_level("never", None)
    assert LEVELS.effective("never") == "info"


@pytest.mark.parametrize(
    "use",
    [
        lambda txa: txa.set_global_log_level("loud"),
        lambda txa: txa.set_log_level("a", "loud"),
        lambda txa: txa.start_logging(None, "loud"),
        lambda txa: txa.make_logger("some").set_log_level("loud"),
        lambda txa: txa.make_logger("some").is_enabled_for("loud"),
    ],
)
def test_unknown_level(txa: Backend, use):
    """O5: `ValueError` names the levels, and nothing changes."""
    with pytest.raises(ValueError, match="level must be one of none, critical, error"):
        use(txa)
    assert txa.get_global_log_level() == "info"


def test_bound_logger_follows(txa: Backend, out: LogStream):
    """O5: A logger with bound fields has the level of the logger it was bound to."""
    log = txa.make_logger("some")
    log.set_log_level("warn")
    bound = log.bind(a=1)
    txa.start_logging(out, "trace")
    assert levels_written_by(bound, out) == WRITTEN[:3]


def test_loggers_are_not_kept_alive(txa: Backend):
    """O5: The levels do not keep loggers alive."""
    gc.collect()
    before = len(LEVELS.listeners())
    loggers = [txa.make_logger("some") for _ in range(10)]
    assert len(LEVELS.listeners()) == before + 10
    del loggers
    gc.collect()
    assert len(LEVELS.listeners()) == before


@pytest.mark.parametrize(
    ("number", "name"),
    [(60, "critical"), (45, "error"), (30, "warn"), (11, "debug"), (0, "trace")],
)
def test_names_of_numbers(number: int, name: str):
    """O3: Foreign levels get the name of the highest level that they reach."""
    assert level_name(number) == name


def pickled(log: Logger) -> Logger:
    """Return *log* after pickling, as another process would get it."""
    made: Logger = loads(dumps(log))  # noqa: S301 - our own
    return made


@pytest.mark.parametrize("copied", [copy, deepcopy, pickled])
def test_copy_follows(txa: Backend, out: LogStream, copied):
    """O5: A copy of a logger has its level, and follows changes."""
    log = txa.make_logger("some").bind(a=1)
    log.set_log_level("warn")
    txa.start_logging(out, "trace")
    other = copied(log)
    assert levels_written_by(other, out) == WRITTEN[:3]
    other = copied(txa.make_logger("some"))
    txa.set_global_log_level("error")
    assert levels_written_by(other, out) == WRITTEN[:2]


def test_repr_of_a_logger(txa: Backend):
    """It contains the namespace and the level."""
    assert repr(txa.make_logger("some")) == "<Logger 'some' at info>"


def test_method_that_a_test_replaces(txa: Backend):
    """It stays replaced when the level changes, until the test restores it."""
    log = txa.make_logger("some")
    with patch.object(log, "info") as info:
        txa.set_global_log_level("warn")
        log.info("x")
    info.assert_called_once_with("x")
    assert "info" not in vars(log)
    txa.set_global_log_level("info")
    with patch.object(log, "_emit") as emit:
        log.info("y")
    assert [call.args[2] for call in emit.mock_calls] == ["y"]


@pytest.mark.parametrize("level", ["INFO", "Warn", "warning"])
def test_name_of_a_level_in_other_libraries(txa: Backend, level: str):
    """The error has the name that the level has here."""
    with pytest.raises(ValueError, match=r"here it is '(info|warn)'"):
        txa.set_global_log_level(level)


@pytest.mark.parametrize("level", [None, 5, "x", "None"])
def test_name_of_no_level(txa: Backend, level: str):
    """The error has no suggestion."""
    with pytest.raises(ValueError, match=r"not .*[^)]$"):
        txa.set_global_log_level(level)


def test_prefix_that_is_not_a_str(txa: Backend):
    """`TypeError` names it."""
    with pytest.raises(TypeError, match="prefix must be a str, not 'int'"):
        txa.set_log_level(cast("str", 5), "info")
