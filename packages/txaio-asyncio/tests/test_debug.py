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
    """Call `create_future` in another thread; return its result or raise its error."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(txa.create_future).result()


def test_debug_mode_of_the_loop_turns_on_that_of_the_backend(loop):
    """T7: In debug mode of the loop the backend checks its thread, too."""
    loop.set_debug(True)
    with pytest.raises(RuntimeError, match="call_from_thread"):
        use_in_a_thread(AsyncioBackend(loop))


def test_debug_false_overrides_the_loop(loop):
    """T7: The argument *debug* has precedence over the debug mode of the loop."""
    loop.set_debug(True)
    txa = AsyncioBackend(loop, debug=False)
    assert txa.is_future(use_in_a_thread(txa))


def test_subclass_in_debug_mode(loop):
    """T7: A subclass of the backend checks its thread as well."""

    class Subclass(AsyncioBackend):
        """A backend of an application's own."""

    with pytest.raises(RuntimeError, match="call_from_thread"):
        use_in_a_thread(Subclass(loop, debug=True))
