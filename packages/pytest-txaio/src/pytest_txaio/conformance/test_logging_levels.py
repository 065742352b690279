"""Levels: global, of a prefix, of a logger; a change takes effect at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pytest_txaio.conformance._helpers import LEVELS
from pytest_txaio.conformance._logging import logged


if TYPE_CHECKING:
    from collections.abc import Iterable

    from txaio_interfaces import IBackend, ILogger, LogLevel


def heard_from(txa: IBackend, loggers: Iterable[ILogger]) -> list[list[str]]:
    """Return, for each of *loggers*, the levels that are logged at the moment."""
    records = []
    for log in loggers:
        with logged(txa, txa.get_global_log_level()) as out:
            for level in LEVELS:
                getattr(log, level)("said")
        records.append([line.split()[1] for line in out.getvalue().splitlines()])
    return records


@pytest.mark.parametrize("level", ["none", *LEVELS])
async def test_global_level(txa: IBackend, level: LogLevel) -> None:
    """O5: The global level takes effect at once, on existing and new loggers."""
    expected = LEVELS[: LEVELS.index(level) + 1] if level != "none" else []
    before = txa.make_logger("level.before")
    with logged(txa, "info"):
        txa.set_global_log_level(level)
        after = txa.make_logger("level.after")
        assert heard_from(txa, [before, after]) == [expected, expected]
        txa.set_global_log_level("warn")
        assert heard_from(txa, [before, after]) == [LEVELS[:3], LEVELS[:3]]


async def test_level_of_start_logging(txa: IBackend) -> None:
    """O5, O7: `start_logging` sets the global level, higher or lower."""
    log = txa.make_logger("level")
    with logged(txa, "trace"):
        assert log.is_enabled_for("trace")
        with logged(txa, "error"):
            assert txa.get_global_log_level() == "error"
            assert not log.is_enabled_for("warn")
            txa.start_logging(None, "debug")
            assert log.is_enabled_for("debug")
            assert not log.is_enabled_for("trace")


async def test_own_level(txa: IBackend) -> None:
    """O5: A logger's own level overrides the global one, at once."""
    mine, other = txa.make_logger("level.own"), txa.make_logger("level.own")
    with logged(txa, "error"):
        mine.set_log_level("debug")
        assert heard_from(txa, [mine, other]) == [LEVELS[:5], LEVELS[:2]]
        mine.set_log_level("none")
        txa.set_global_log_level("trace")
        assert heard_from(txa, [mine, other]) == [[], LEVELS]


async def test_level_of_a_prefix(txa: IBackend) -> None:
    """O5: The level of a prefix applies to all loggers below, existing and new."""
    names = ["level.wamp", "level.wamp.role", "level.wampish", "level"]
    before = [txa.make_logger(name) for name in names]
    expected = [LEVELS[:5], LEVELS[:5], LEVELS[:3], LEVELS[:3]]
    with logged(txa, "warn"):
        txa.set_log_level("level.wamp", "debug")
        after = [txa.make_logger(name) for name in names]
        assert heard_from(txa, before) == expected
        assert heard_from(txa, after) == expected
        txa.set_log_level("level.wamp", None)
        assert heard_from(txa, before + after) == [LEVELS[:3]] * 8


async def test_longest_prefix(txa: IBackend) -> None:
    """O5: Of several prefixes the longest applies, in whatever order they are set."""
    log = txa.make_logger("level.wamp.role")
    with logged(txa, "warn"):
        try:
            txa.set_log_level("level.wamp", "error")
            txa.set_log_level("level", "trace")
            assert heard_from(txa, [log]) == [LEVELS[:2]]
            txa.set_log_level("level.wamp", None)
            assert heard_from(txa, [log]) == [LEVELS]
        finally:
            for prefix in ("level", "level.wamp"):
                txa.set_log_level(prefix, None)


@pytest.mark.parametrize("level", ["none", *LEVELS])
async def test_is_enabled_for(txa: IBackend, level: LogLevel) -> None:
    """O5: `is_enabled_for` says whether a message would be logged."""
    log = txa.make_logger("level")
    with logged(txa, level):
        enabled = [name for name in LEVELS if log.is_enabled_for(name)]
        assert heard_from(txa, [log]) == [enabled]
        assert not log.is_enabled_for("none")


async def test_unknown_level(txa: IBackend) -> None:
    """O5: An unknown level: an error names it, and nothing changes."""
    log = txa.make_logger("level")
    loud: Any = "loud"
    with logged(txa, "warn") as out:
        with pytest.raises(ValueError, match="loud"):
            txa.set_global_log_level(loud)
        with pytest.raises(ValueError, match="loud"):
            txa.set_log_level("level", loud)
        with pytest.raises(ValueError, match="loud"):
            log.set_log_level(loud)
        with pytest.raises(ValueError, match="loud"):
            txa.start_logging(out, loud)
        assert heard_from(txa, [log]) == [LEVELS[:3]]
