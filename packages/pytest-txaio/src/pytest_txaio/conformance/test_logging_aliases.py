"""`warning`, `exception` and `exc_info`, which loggers of `logging` have, too."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

from pytest_txaio.conformance._helpers import LEVELS
from pytest_txaio.conformance._logging import logged, native_records, objects


if TYPE_CHECKING:
    from pytest_txaio import Host
    from txaio_interfaces import IBackend, ILogger, LogLevel


ALIASES: dict[str, LogLevel] = {"warning": "warn", "exception": "error"}


def fail() -> None:
    """Raise an exception."""
    msg = "no number"
    raise LookupError(msg)


def caught() -> LookupError:
    """Return an exception with its traceback."""
    try:
        fail()
    except LookupError as error:
        return error
    raise AssertionError


def check_lines(text: str, head: str) -> None:
    """Check that *text* is a line that ends with *head*, and the traceback."""
    first, *rest = text.splitlines()
    assert first.endswith(head)
    assert rest[0] == "    Traceback (most recent call last):"
    assert ", in fail" in text
    assert rest[-1] == "    LookupError: no number"


async def test_warning(txa: IBackend, host: Host) -> None:
    """O11: `warning` is `warn`."""
    with logged(txa) as out, native_records(host, "name") as records:
        txa.make_logger("name").warning("{peer} is late", peer="ada")
    assert out.getvalue().endswith(" warn name: ada is late\n")
    assert [one.level for one in records] == ["warn"]


async def test_exception_being_handled(txa: IBackend) -> None:
    """O11: `exception` is `error` with the exception being handled."""
    with logged(txa) as out:
        try:
            fail()
        except LookupError:
            txa.make_logger("name").exception("{peer} is bad", peer="ada")
    check_lines(out.getvalue(), " error name: ada is bad")


async def test_exception_as_json(txa: IBackend) -> None:
    """O11: In JSON that is the failure."""
    with logged(txa, form="json") as out:
        try:
            fail()
        except LookupError:
            txa.make_logger("name").exception("bad")
    (one,) = objects(out)
    assert (one["level"], one["fields"]) == ("error", {})
    assert one["failure"]["message"] == "no number"
    assert ", in fail" in one["failure"]["traceback"]


async def test_exception_outside_of_a_handler(txa: IBackend) -> None:
    """O11, O1: Without an exception, `exception` writes the message alone."""
    with logged(txa) as out:
        txa.make_logger("name").exception("bad")
        txa.make_logger("name").error("bad", exc_info=True)
    first, second = out.getvalue().splitlines()
    assert first.endswith(" error name: bad")
    assert " error name: bad" in second


async def test_exception_that_is_given(txa: IBackend) -> None:
    """O11: `exception` takes `exc_info` and `log_failure`, too."""
    for name in ("exc_info", "log_failure"):
        error: dict[str, Any] = {name: caught()}
        with logged(txa) as out:
            try:
                int("x")
            except ValueError:
                txa.make_logger("name").exception("bad {exc_info}", **error)
        assert out.getvalue().endswith("    LookupError: no number\n")
        assert "ValueError" not in out.getvalue()


@pytest.mark.parametrize("level", [*LEVELS, "warning", "failure"])
@pytest.mark.parametrize("form", ["true", "exception", "tuple", "failure"])
async def test_exc_info(txa: IBackend, level: str, form: str) -> None:
    """O11: `exc_info` has a traceback written, at every level."""
    with logged(txa) as out:
        try:
            fail()
        except LookupError as error:
            given: dict[str, Any] = {
                "true": True,
                "exception": error,
                "tuple": sys.exc_info(),
                "failure": txa.create_failure(error),
            }
            log = getattr(txa.make_logger("name"), level)
            log("bad {exc_info!s:.0}{end}", exc_info=given[form], end="")
    check_lines(out.getvalue(), " name: bad ")


@pytest.mark.parametrize("other", [False, None, 0, "text", ()])
async def test_exc_info_without_an_exception(txa: IBackend, other: object) -> None:
    """O11, O2: Any other value is that of a field."""
    with logged(txa) as out:
        try:
            fail()
        except LookupError:
            txa.make_logger("name").error("bad {exc_info}", exc_info=other)
    assert out.getvalue().endswith(f" error name: bad {other}\n")


async def test_exc_info_and_log_failure(txa: IBackend) -> None:
    """O11: `log_failure` takes precedence."""
    given = caught()
    log = txa.make_logger("name")
    with logged(txa) as out:
        try:
            int("x")
        except ValueError:
            log.warn("bad {exc_info}", exc_info=True, log_failure=given)
    check_lines(out.getvalue(), " name: bad True")


def call_aliases(log: ILogger) -> int:
    """Call both methods, and return the line of the calls."""
    for name in ALIASES:
        getattr(log, name)("said")
    return sys._getframe().f_lineno - 1


async def test_location_of_aliases(txa: IBackend, host: Host) -> None:
    """O3, O11: Their records have the file, line and function of the caller."""
    with native_records(host, "shop") as records:
        line = call_aliases(txa.make_logger("shop"))
    assert [one.level for one in records] == [*ALIASES.values()]
    if host.package != "txaio_twisted":  # An event has only its namespace.
        places = [(r.pathname, r.lineno, r.funcName) for r, *_rest in records]
        assert places == [(__file__, line, "call_aliases")] * 2


@pytest.mark.parametrize("level", ["none", *LEVELS])
async def test_levels_of_aliases(txa: IBackend, level: LogLevel) -> None:
    """O5, O11: They are enabled at the levels of `warn` and `error`."""
    log = txa.make_logger("name")
    log.set_log_level(level)
    with logged(txa) as out:
        call_aliases(log)
    written = [line.split()[1] for line in out.getvalue().splitlines()]
    enabled = [name for name in ALIASES.values() if log.is_enabled_for(name)]
    assert written == enabled


async def test_values_by_position_of_aliases(txa: IBackend) -> None:
    """O1, O11: Values that came by position are written."""
    with logged(txa) as out:
        for name in ALIASES:
            getattr(txa.make_logger("name"), name)("%s is gone", 7)
    for line in out.getvalue().splitlines():
        assert "%s is gone" in line
        assert "7" in line
