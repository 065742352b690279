"""A `txaio` that has selected nothing yet, for each test."""

from __future__ import annotations

import asyncio
import atexit
import importlib
import sys

import pytest
from twisted.internet.task import Clock
from twisted.logger import globalLogPublisher

from txaio_common import LEVELS
from txaio_common._log_events import CATEGORIES


def facade() -> list[str]:
    """Return the names of the facade's modules that are loaded."""
    return [name for name in sys.modules if name.split(".")[0] == "txaio"]


@pytest.fixture
def txaio():
    """Import `txaio` anew, as a process does once."""
    before = {name: sys.modules.pop(name) for name in facade()}
    level, categories = LEVELS.everywhere, dict(CATEGORIES)
    made = importlib.import_module("txaio")
    yield made
    atexit.unregister(sys.modules["txaio._early_log"].EARLY.flush_at_exit)
    for name in facade():
        del sys.modules[name]
    sys.modules.update(before)
    LEVELS.set(level)
    CATEGORIES.clear()
    CATEGORIES.update(categories)


@pytest.fixture
def clock(txa):
    """Configure a clock in the place of the reactor, where *txa* is on Twisted."""
    txa.config.loop = clock = Clock()
    return clock


@pytest.fixture
def events():
    """Give the list of the events that Twisted's log gets."""
    events = []
    globalLogPublisher.addObserver(events.append)
    yield events
    globalLogPublisher.removeObserver(events.append)


@pytest.fixture
def loop():
    """Give an asyncio loop that is set for this thread and does not run."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield loop
    asyncio.set_event_loop(None)
    loop.close()


@pytest.fixture
def no_loop():
    """Leave this thread without a loop, and close the one that is made here."""
    asyncio.set_event_loop(None)
    made = []
    yield made
    asyncio.set_event_loop(None)
    for loop in made:
        loop.close()


@pytest.fixture
def blocked(monkeypatch):
    """Give what makes the import of a package fail, as if it were not installed."""

    def block(package: str) -> None:
        names = [name for name in sys.modules if name.split(".")[0] == package]
        for name in names:
            monkeypatch.delitem(sys.modules, name)
        monkeypatch.setitem(sys.modules, package, None)

    return block
