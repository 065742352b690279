"""Fixtures: a `txaio` without a selected backend, and loops, clocks and logs."""

from __future__ import annotations

import asyncio
import atexit
import importlib
import io
import sys

import pytest
from twisted.internet.task import Clock
from twisted.logger import LogBeginner, LogPublisher, globalLogPublisher

from txaio_common import LEVELS
from txaio_common._logging.event import CATEGORIES


def facade() -> list[str]:
    """Return the names of the facade's modules in `sys.modules`."""
    return [name for name in sys.modules if name.split(".")[0] == "txaio"]


@pytest.fixture
def txaio():
    """Import `txaio` afresh, as a new process does."""
    before = {name: sys.modules.pop(name) for name in facade()}
    level, categories = LEVELS.global_level, dict(CATEGORIES)
    made = importlib.import_module("txaio")
    yield made
    atexit.unregister(sys.modules["txaio._early_log"].EARLY.flush_at_exit)
    for name in facade():
        del sys.modules[name]
    sys.modules.update(before)
    LEVELS.set_global(level)
    CATEGORIES.clear()
    CATEGORIES.update(categories)


@pytest.fixture
def clock(txa):
    """Set `config.loop` of *txa* to a clock in place of the reactor."""
    txa.config.loop = clock = Clock()
    return clock


@pytest.fixture
def events():
    """Return the list of the events that Twisted's log publishes."""
    events = []
    globalLogPublisher.addObserver(events.append)
    yield events
    globalLogPublisher.removeObserver(events.append)


class Warnings:
    """Replaces the module `warnings`."""

    showwarning = None


@pytest.fixture
def beginner(monkeypatch):
    """Return the `LogBeginner` of a log of Twisted's that has not begun yet."""
    publisher = LogPublisher()
    beginner = LogBeginner(publisher, io.StringIO(), sys, Warnings())
    monkeypatch.setattr("txaio_twisted._log_observer.globalLogPublisher", publisher)
    monkeypatch.setattr("txaio_twisted._log_observer.globalLogBeginner", beginner)
    monkeypatch.setattr("txaio_twisted._emitter.globalLogPublisher", publisher)
    return beginner


@pytest.fixture
def loop():
    """Return an asyncio loop that is set for this thread and not running."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield loop
    asyncio.set_event_loop(None)
    loop.close()


@pytest.fixture
def no_loop():
    """Unset the loop of this thread; loops put into the list are closed."""
    asyncio.set_event_loop(None)
    made = []
    yield made
    asyncio.set_event_loop(None)
    for loop in made:
        loop.close()


@pytest.fixture
def blocked(monkeypatch):
    """Return a function that makes a package fail to import, as if not installed."""

    def block(package: str) -> None:
        names = [name for name in sys.modules if name.split(".")[0] == package]
        for name in names:
            monkeypatch.delitem(sys.modules, name)
        monkeypatch.setitem(sys.modules, package, None)

    return block
