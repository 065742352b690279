"""What tests do on an event loop."""

from __future__ import annotations

from typing import Any

from pytest_txaio import pause


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
        """Wait for the end of *future*, and return its state."""
        await self.error(future)
        return self.state(future)

    def state(self, future: Any) -> str:
        """Return ``"waits"``, ``"done"``, ``"cancelled"`` or the name of an error."""
        if not self._txa.is_called(future):
            return "waits"
        try:
            self._txa.result(future)
        except self._txa.CancelledError:
            return "cancelled"
        except Exception as error:  # noqa: BLE001 - whatever it is
            return type(error).__name__
        return "done"

    async def error(self, future: Any) -> BaseException | None:
        """Return the error with which *future* ends, None if it has a value."""
        [value] = await self._txa.gather([future])
        error: BaseException | None = getattr(value, "value", None)
        return error


async def errors_of(awaitable: Any) -> list[BaseException]:
    """Return the errors in the group that *awaitable* raises."""
    try:
        await awaitable
    except BaseExceptionGroup as group:
        return list(group.exceptions)
    raise AssertionError("no group was raised")
