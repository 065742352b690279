"""Fixtures for tests of what waits."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_txaio import pause


TURNS = range(6)
"""After how many turns of the loop something happens, to hit each moment."""


class Loop:
    """What a test does on its event loop."""

    def __init__(self, txa: Any) -> None:
        self._txa = txa

    async def settle(self) -> None:
        """Let everything go on that can."""
        await pause(self._txa, 0.001)

    async def turns(self, number: int) -> None:
        """Wait for a number of turns; not at all for 0."""
        for _ in range(number):
            await self._txa.sleep(0)

    async def start(self, fn: Any, *args: Any) -> Any:
        """Start a coroutine, let it go as far as it can, and return its future."""
        future = self._txa.as_future(fn, *args)
        await self.settle()
        return future

    def cancel(self, *futures: Any) -> None:
        """Cancel each of *futures*."""
        for future in futures:
            self._txa.cancel(future)

    async def outcome(self, future: Any) -> str:
        """Return how *future* ends: ``"done"``, ``"cancelled"`` or an error's name."""
        error = await self.error(future)
        if error is None:
            return "done"
        is_cancelled = isinstance(error, self._txa.CancelledError)
        return "cancelled" if is_cancelled else type(error).__name__

    async def error(self, future: Any) -> BaseException | None:
        """Return the error with which *future* ends, None if it has a value."""
        [value] = await self._txa.gather([future])
        error: BaseException | None = getattr(value, "value", None)
        return error


@pytest.fixture
def loop(txaio: Any) -> Loop:
    """The event loop of the test."""
    return Loop(txaio)


@pytest.fixture(params=TURNS, ids=[f"after-{number}-turns" for number in TURNS])
def moment(request: pytest.FixtureRequest) -> int:
    """Each number of turns after which something may happen."""
    number: int = request.param
    return number
