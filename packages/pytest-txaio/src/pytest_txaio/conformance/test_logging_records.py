"""Native records: what observers and handlers of the framework get."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING, Any

import pytest

from pytest_txaio.conformance._helpers import LEVELS
from pytest_txaio.conformance._logging import logged, native_records


if TYPE_CHECKING:
    from pytest_txaio import Host
    from txaio_interfaces import IBackend


class Counted:
    """An object that counts how often it is formatted."""

    def __init__(self) -> None:
        self.times: int = 0

    def __format__(self, _spec: str) -> str:
        """Count."""
        self.times += 1
        return "counted"

    def __repr__(self) -> str:
        return format(self)


async def test_record_is_native(txa: IBackend, host: Host) -> None:
    """O3: A record is an event on Twisted, elsewhere a `LogRecord`."""
    kind = {"txaio_twisted": dict}.get(host.package, logging.LogRecord)
    with native_records(host, "shop"), native_records(host, "shop.till") as records:
        txa.make_logger("shop.till").info("{count} sold", count=3)
    (one,) = records
    assert isinstance(one.record, kind)
    assert (one.level, one.namespace, one.text()) == ("info", "shop.till", "3 sold")


async def test_message_of_a_native_record(txa: IBackend, host: Host) -> None:
    """O3: The `msg` of a `LogRecord` is compared and printed as its text."""
    with native_records(host, "shop") as records:
        txa.make_logger("shop").info("{count} sold", count=3)
    if host.package != "txaio_twisted":  # There it is no record.
        msg = records[0].record.msg
        assert msg == "3 sold"
        assert (str(msg), "sold" in msg, msg.split()) == ("3 sold", True, ["3", "sold"])
    assert records[0].text() == "3 sold"


async def test_levels_are_distinguished(txa: IBackend, host: Host) -> None:
    """O3: A native record distinguishes all six levels, also trace and debug."""
    with logged(txa), native_records(host, "shop") as records:
        for level in LEVELS:
            getattr(txa.make_logger("shop"), level)("said")
    assert [one.level for one in records] == LEVELS


async def test_fields_are_kept(txa: IBackend, host: Host) -> None:
    """O3: The fields of a record are the objects of the caller, not their text."""
    peer, items = object(), [1, 2]
    with native_records(host, "shop") as records:
        txa.make_logger("shop").warn("{items} left", items=items, peer=peer)
    (one,) = records
    assert one.fields["items"] is items
    assert one.fields["peer"] is peer
    assert one.fields["log_format"] == "{items} left"
    assert one.fields["log_namespace"] == "shop"
    assert one.fields["log_time"] > 1e9


async def test_location_is_that_of_the_caller(txa: IBackend, host: Host) -> None:
    """O3: A `LogRecord` has the file, line and function of the caller."""
    with native_records(host, "shop") as records:
        line = sys._getframe().f_lineno + 1
        txa.make_logger("shop").info("here")
        txa.make_logger("shop").failure("there")
    record = records[0].record
    if host.package == "txaio_twisted":  # An event has only its namespace.
        assert record["log_namespace"] == "shop"
        return
    here = (record.pathname, record.lineno, record.funcName)
    assert here == (__file__, line, "test_location_is_that_of_the_caller")
    assert records[1].record.lineno == line + 1


class Walker(logging.Handler):
    """A handler that looks for the caller itself, as that of loguru does."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, int, str]] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Find the first frame that is not one of `logging`."""
        del record
        frame = sys._getframe(1)
        while frame.f_code.co_filename == logging.__file__:
            assert frame.f_back is not None
            frame = frame.f_back
        code = frame.f_code
        self.found.append((code.co_filename, frame.f_lineno, code.co_name))


@pytest.mark.parametrize("level", [*LEVELS, "warning", "exception", "failure"])
async def test_caller_for_a_handler_that_walks_over_frames(
    txa: IBackend, host: Host, level: str
) -> None:
    """O3: It finds the caller, as it does if `logging` itself is called."""
    if host.package == "txaio_twisted":
        return  # Events are not records.
    log, walker = txa.make_logger("shop"), Walker()
    log.set_log_level("trace")
    with native_records(host, "shop"):
        logging.getLogger("shop").addHandler(walker)
        line = sys._getframe().f_lineno + 1
        getattr(log, level)("here {n}", n=1)
        getattr(log.bind(n=1), level)("there {n}")
        logging.getLogger("shop").removeHandler(walker)
    name = "test_caller_for_a_handler_that_walks_over_frames"
    assert walker.found == [(__file__, line, name), (__file__, line + 1, name)]


@pytest.mark.parametrize("heard_natively", [False, True])
async def test_formatted_once(
    txa: IBackend, host: Host, *, heard_natively: bool
) -> None:
    """O4: A record that is written is formatted once, whatever else gets it."""
    counted = Counted()
    with logged(txa) as out:
        if heard_natively:
            with native_records(host, "shop"):
                txa.make_logger("shop").info("{it}", it=counted)
        else:
            txa.make_logger("shop").info("{it}", it=counted)
    assert out.getvalue().endswith(": counted\n")
    assert counted.times == 1


async def test_not_formatted_unless_written(
    txa: IBackend, host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    """O4: A handler that keeps records without writing them formats none."""
    counted = Counted()
    # Otherwise pytest formats it.
    monkeypatch.setattr(logging.getLogger("shop"), "propagate", False)
    log: Any = txa.make_logger("shop")
    with native_records(host, "shop") as records:
        log.info("{it}", it=counted)
        log.info("%s", counted)
    assert counted.times == 0
    assert records[0].text() == "counted"
    assert counted.times == 1
    assert "counted" in records[1].text()


@pytest.mark.parametrize("level", LEVELS[1:])
async def test_disabled_level_does_nothing(
    txa: IBackend, host: Host, level: str
) -> None:
    """O4: A call at a disabled level makes no record and formats nothing."""
    counted = Counted()
    log = txa.make_logger("shop")
    log.set_log_level("critical")
    with logged(txa) as out, native_records(host, "shop") as records:
        getattr(log, level)("{it}", it=counted)
    assert (out.getvalue(), records, counted.times) == ("", [], 0)


async def test_bound_fields(txa: IBackend, host: Host) -> None:
    """O2: Records have the fields bound to their logger; those of the call override."""
    log = txa.make_logger("shop").bind(peer="ada", count=1)
    with native_records(host, "shop") as records:
        log.info("{peer} {count}", count=2)
        log.bind(peer="bob").info("{peer} {count}")
        txa.make_logger("shop").info("none bound")
    assert [one.text() for one in records] == ["ada 2", "bob 1", "none bound"]
    assert "peer" not in records[2].fields


async def test_category(txa: IBackend, host: Host) -> None:
    """O2: The field `log_category` selects the format of a message without one."""
    txa.add_log_categories({"SHOP1": "{count} sold of {kind}"})
    with native_records(host, "shop") as records:
        txa.make_logger("shop").info(log_category="SHOP1", count=3, kind="tea")
    assert records[0].text() == "3 sold of tea"
    assert records[0].fields["log_category"] == "SHOP1"
