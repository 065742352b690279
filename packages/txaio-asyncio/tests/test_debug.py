"""The backend's debug mode, and the loop's."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from txaio_asyncio import AsyncioBackend


@pytest.fixture
def loop():
    """Give a loop that does not run."""
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


def use_in_a_thread(txa):
    """Make a future where none may be made, and return or raise what comes of it."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(txa.create_future).result()


def test_loop_in_debug_mode_has_the_backend_check_its_thread(loop):
    """T7: One switch is enough."""
    loop.set_debug(True)
    with pytest.raises(RuntimeError, match="call_from_thread"):
        use_in_a_thread(AsyncioBackend(loop))


def test_backend_may_do_without(loop):
    """T7: What is said goes before what the loop says."""
    loop.set_debug(True)
    txa = AsyncioBackend(loop, debug=False)
    assert txa.is_future(use_in_a_thread(txa))


def test_subclass_in_debug_mode(loop):
    """T7: A subclass of the backend checks its thread as well."""

    class Subclass(AsyncioBackend):
        """A backend of an application's own."""

    with pytest.raises(RuntimeError, match="call_from_thread"):
        use_in_a_thread(Subclass(loop, debug=True))
