"""Private names of txaio 26.6 that published programs use."""

from __future__ import annotations

import asyncio
import importlib
import logging
from io import StringIO

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from txaio_interfaces import ILogger


@pytest.fixture
def aio(txaio):
    """The module of the backend on asyncio, which is selected."""
    txaio.use_asyncio()
    aio = importlib.import_module("txaio.aio")
    yield aio
    aio.backend.stop_logging()


def test_documentation_imports_code_for_both(txaio, loop, events):
    """`use_twisted` and `use_asyncio` are replaced by calls of `_use_framework`."""
    early = txaio.make_logger(namespace="early")
    aio = importlib.import_module("txaio.aio")
    tx = importlib.import_module("txaio.tx")
    txaio.use_twisted = lambda: txaio._use_framework(tx)
    txaio.use_asyncio = lambda: txaio._use_framework(aio)
    txaio.config.loop = Clock()
    txaio.use_twisted()
    assert isinstance(txaio.create_future(), Deferred)
    assert (txaio.using_twisted, txaio.using_asyncio) == (True, False)
    assert txaio._explicit_framework == "twisted"
    txaio.config.loop = loop
    txaio.use_asyncio()
    assert isinstance(txaio.create_future(), asyncio.Future)
    assert (txaio.using_twisted, txaio.using_asyncio) == (False, True)
    early.critical("logged on asyncio")
    assert events == []


def test_wrapped_logger(aio, caplog):
    """It has the levels of txaio, and makes records of the logger that is wrapped."""
    caplog.set_level("INFO")
    logger = logging.getLogger("service").getChild("component")
    log = aio._TxaioLogWrapper(logger)
    assert isinstance(log, ILogger)
    log.info("joined {realm}", realm="realm1")
    assert [(it.name, it.getMessage()) for it in caplog.records] == [
        ("service.component", "joined realm1")
    ]


def test_application_keeps_its_own_logging(aio, txaio):
    """If it sets `_started_logging`, `start_logging` does nothing."""
    aio._started_logging = True
    out = StringIO()
    for start in (txaio.start_logging, aio.start_logging):
        start(out, "debug")
    txaio.make_logger().error("not written")
    assert out.getvalue() == ""
    assert txaio.get_global_log_level() == "info"
    aio._started_logging = False
    txaio.start_logging(out)
    txaio.make_logger().error("written")
    assert out.getvalue().endswith(": written\n")


def test_flag_tells_whether_logging_was_started(aio, txaio):
    """If it was by txaio, `start_logging` may be called again."""
    assert not aio._started_logging
    txaio.start_logging(StringIO())
    assert aio._started_logging
    out = StringIO()
    txaio.start_logging(out)
    txaio.make_logger().error("written")
    assert out.getvalue().endswith(": written\n")
    aio.backend.stop_logging()
    assert not aio._started_logging
