"""Levels: global, of a prefix, of one logger; they act at once."""

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
    from conftest import Written

    from txaio_common import Backend, Logger

WRITTEN = log_levels[1:]


def said_by(log: Logger, out: Written) -> list[str]:
    """Return the levels at which *log* writes to *out*."""
    before = len(out.lines)
    for level in WRITTEN:
        getattr(log, level)("x")
    return [line.split()[0] for line in out.lines[before:]]


@pytest.mark.parametrize("level", log_levels)
def test_levels_below_are_silent(txl: Backend, out: Written, level: str):
    """O5: What is below the level is not written, all else is."""
    log = txl.make_logger("some")
    txl.start_logging(out, level)
    assert said_by(log, out) == WRITTEN[: log_levels.index(level)]


@pytest.mark.parametrize("level", log_levels)
def test_is_enabled_for(txl: Backend, level: str):
    """O5: A logger knows what it would write, and never writes at level none."""
    txl.set_global_log_level(level)
    log = txl.make_logger("some")
    enabled = [name for name in log_levels if log.is_enabled_for(name)]
    assert enabled == log_levels[1 : log_levels.index(level) + 1]


def test_change_acts_on_loggers_made_before_and_after(txl: Backend, out: Written):
    """O5: A change of the global level acts at once, up and down."""
    before = txl.make_logger("before")
    txl.start_logging(out, "error")
    txl.set_global_log_level("debug")
    after = txl.make_logger("after")
    assert said_by(before, out) == said_by(after, out) == WRITTEN[:5]
    txl.set_global_log_level("none")
    assert said_by(before, out) == said_by(after, out) == []
    assert txl.get_global_log_level() == "none"


def test_failure_is_silent_at_none(txl: Backend, out: Written):
    """O5: None silences failures, too."""
    txl.start_logging(out, "none")
    txl.make_logger("some").failure("lost", ValueError())
    assert out.lines == []


def test_own_level_goes_first(txl: Backend, out: Written):
    """O5: A logger's own level holds, whatever the others are."""
    log = txl.make_logger("some")
    log.set_log_level("trace")
    txl.start_logging(out, "error")
    txl.set_log_level("some", "critical")
    assert said_by(log, out) == WRITTEN


def test_longest_prefix_goes_first(txl: Backend, out: Written):
    """O5: A namespace has the level of the longest prefix, at its dots."""
    txl.start_logging(out, "error")
    names = ["a", "a.b", "a.b.c", "ab", "a.bc"]
    loggers = [txl.make_logger(name) for name in names]
    txl.set_log_level("a", "warn")
    txl.set_log_level("a.b", "debug")
    assert [len(said_by(log, out)) for log in loggers] == [3, 5, 5, 2, 3]
    txl.set_log_level("a.b", None)
    txl.set_log_level("a", None)
    assert [len(said_by(log, out)) for log in loggers] == [2, 2, 2, 2, 2]


def test_prefix_that_has_no_level_is_given_back(txl: Backend):
    """O5: To give back what was never set does nothing."""
    txl.set_log_level("never", None)
    assert LEVELS.effective("never") == "info"


@pytest.mark.parametrize(
    "use",
    [
        lambda txl: txl.set_global_log_level("loud"),
        lambda txl: txl.set_log_level("a", "loud"),
        lambda txl: txl.start_logging(None, "loud"),
        lambda txl: txl.make_logger("some").set_log_level("loud"),
        lambda txl: txl.make_logger("some").is_enabled_for("loud"),
    ],
)
def test_unknown_level(txl: Backend, use):
    """O5: A level that there is not is refused, and nothing changes."""
    with pytest.raises(ValueError, match="level must be one of none, critical, error"):
        use(txl)
    assert txl.get_global_log_level() == "info"


def test_bound_logger_follows(txl: Backend, out: Written):
    """O5: A logger with fields bound has the level of the one it comes from."""
    log = txl.make_logger("some")
    log.set_log_level("warn")
    bound = log.bind(a=1)
    txl.start_logging(out, "trace")
    assert said_by(bound, out) == WRITTEN[:3]


def test_loggers_are_not_kept_alive(txl: Backend):
    """O5: A logger that nobody has any more is forgotten."""
    gc.collect()
    before = len(LEVELS.listeners())
    loggers = [txl.make_logger("some") for _ in range(10)]
    assert len(LEVELS.listeners()) == before + 10
    del loggers
    gc.collect()
    assert len(LEVELS.listeners()) == before


@pytest.mark.parametrize(
    ("number", "name"),
    [(60, "critical"), (45, "error"), (30, "warn"), (11, "debug"), (0, "trace")],
)
def test_names_of_numbers(number: int, name: str):
    """O3: Levels of others are called after the highest that they reach."""
    assert level_name(number) == name


def pickled(log: Logger) -> Logger:
    """Return what another process would get of *log*."""
    made: Logger = loads(dumps(log))  # noqa: S301 - our own
    return made


@pytest.mark.parametrize("copied", [copy, deepcopy, pickled])
def test_copy_follows(txl: Backend, out: Written, copied):
    """O5: A copy of a logger is as good as the logger."""
    log = txl.make_logger("some").bind(a=1)
    log.set_log_level("warn")
    txl.start_logging(out, "trace")
    other = copied(log)
    assert said_by(other, out) == WRITTEN[:3]
    other = copied(txl.make_logger("some"))
    txl.set_global_log_level("error")
    assert said_by(other, out) == WRITTEN[:2]


def test_logger_in_words(txl: Backend):
    """A logger says what it is called, and its level."""
    assert repr(txl.make_logger("some")) == "<Logger 'some' at info>"


def test_method_that_a_test_replaces(txl: Backend):
    """Whatever the level becomes meanwhile; afterwards it is as it was."""
    log = txl.make_logger("some")
    with patch.object(log, "info") as info:
        txl.set_global_log_level("warn")
        log.info("x")
    info.assert_called_once_with("x")
    assert "info" not in vars(log)
    txl.set_global_log_level("info")
    with patch.object(log, "_emit") as emit:
        log.info("y")
    assert [call.args[2] for call in emit.mock_calls] == ["y"]


@pytest.mark.parametrize("level", ["INFO", "Warn", "warning"])
def test_level_that_others_have(txl: Backend, level: str):
    """What it is called here is said."""
    with pytest.raises(ValueError, match=r"here it is '(info|warn)'"):
        txl.set_global_log_level(level)


@pytest.mark.parametrize("level", [None, 5, "x", "None"])
def test_level_that_nobody_has(txl: Backend, level: str):
    """Nothing is made up."""
    with pytest.raises(ValueError, match=r"not .*[^)]$"):
        txl.set_global_log_level(level)


def test_prefix_that_is_no_text(txl: Backend):
    """It is refused by name."""
    with pytest.raises(TypeError, match="prefix must be a str, not 'int'"):
        txl.set_log_level(cast("str", 5), "info")
