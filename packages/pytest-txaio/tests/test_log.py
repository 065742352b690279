"""Log messages in tests."""

from __future__ import annotations

from pytest_txaio import Backends


ALL = Backends({}, "all").names


def test_events(run_tests):
    """The messages of all backends have the same form, at every level."""
    text = """
async def test_x(txaio, txaio_log):
    log = txaio.make_logger("shop.till")
    log.trace("{count} sold", count=2)
    log.warn("low on {what}", what="bread")
    try:
        1 / 0
    except ZeroDivisionError as error:
        log.failure("broken", till=3)
        kept = error
    first, second, third = txaio_log.of("shop")
    assert (first.level, first.namespace) == ("trace", "shop.till")
    assert (first.format, first.fields) == ("{count} sold", {"count": 2})
    assert (first.text, first.failure) == ("2 sold", None)
    assert (second.level, second.text) == ("warn", "low on bread")
    assert (third.level, third.fields) == ("critical", {"till": 3})
    assert third.failure is kept
    assert "2 sold" in txaio_log.texts
    assert txaio_log.of("sho") == []
    txaio_log.clear()
    assert not txaio_log.of("shop")
"""
    run_tests(text, backends="all").assert_outcomes(passed=len(ALL))


def test_levels_are_restored(run_tests):
    """Capturing in one test does not change the levels in others."""
    text = """
import logging

async def test_x(txaio, txaio_log):
    assert txaio.make_logger("shop").is_enabled_for("trace")

async def test_y(txaio):
    assert not txaio.make_logger("shop").is_enabled_for("debug")
    assert logging.root.level == logging.WARNING

async def test_sets(txaio, txaio_log):
    logging.root.setLevel(logging.ERROR)

async def test_z(txaio):
    assert logging.root.level == logging.ERROR
    logging.root.setLevel(logging.WARNING)
"""
    run_tests(text).assert_outcomes(passed=4)


def test_others_messages(run_tests):
    """Messages of other loggers are not captured: they differ between loops."""
    text = """
import logging
from twisted.logger import Logger

async def test_x(txaio, txaio_log):
    logging.getLogger("other").warning("theirs")
    Logger("other").warn("theirs")
    assert txaio_log == []
"""
    run_tests(text, backends="all").assert_outcomes(passed=len(ALL))


def test_beside_start_logging(run_tests):
    """`start_logging` does not take messages away from the fixture."""
    text = """
import io

async def test_x(txaio, txaio_log):
    log, out = txaio.make_logger("shop"), io.StringIO()
    txaio.start_logging(out, "info")
    try:
        log.info("sold")
    finally:
        txaio.stop_logging()
    assert [event.text for event in txaio_log.of("shop")] == ["sold"]
    assert out.getvalue().endswith("shop: sold\\n")
"""
    run_tests(text, backends="all").assert_outcomes(passed=len(ALL))


def test_beside_caplog(run_tests):
    """Handlers such as caplog get the same records as without the fixture."""
    text = """
import logging
import pytest

@pytest.mark.txaio(backends=["asyncio"])
async def test_x(txaio, txaio_log, caplog):
    log = txaio.make_logger("shop")
    log.debug("quiet")
    log.warn("loud")
    logging.getLogger("other").info("quiet")
    own = logging.getLogger("own")
    own.setLevel(logging.INFO)
    own.info("asked for")
    own.debug("not asked for")
    assert [record.getMessage() for record in caplog.records] == ["loud", "asked for"]
    # The messages of others are caplog's.
    assert txaio_log.texts == ["quiet", "loud"]

async def test_caplog_sets_a_level(txaio, txaio_log, caplog):
    caplog.set_level(logging.INFO)
    txaio.make_logger("shop").debug("quiet")
    txaio.make_logger("shop").info("loud")
    assert caplog.messages == ["loud"]
"""
    run_tests(text, "-plogging").assert_outcomes(passed=2)
