"""What every loop that tests run on can do."""

from __future__ import annotations

import asyncio
import importlib
from typing import TYPE_CHECKING, Any, ClassVar


if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from contextlib import AbstractAsyncContextManager

    from txaio_interfaces import IBackend

    Main = Callable[..., Awaitable[Any]]


class Host:
    """A loop to run tests on, and everything that was reported there.

    What one host needs is imported when it is made: a package that is missing is
    an error of the tests that ask for it, and of no others.
    """

    unit = 1.0
    """How long a second of a test's story takes, in seconds of the loop's time."""
    late = 0.002
    """How much later than promised a call may be made: the grain of the clock."""
    package: ClassVar[str]
    """The import name of the backend."""

    def __init__(self) -> None:
        self.reports: list[BaseException] = []
        self.backend: Any = importlib.import_module(self.package)

    def run(self, main: Main, *args: Any, debug: bool | None = None) -> Any:
        """Return what ``await main(backend, *args)`` gives on a new loop."""
        raise NotImplementedError

    def outside(self) -> IBackend:
        """Make a backend whose loop does not run, if that is possible at all."""
        raise NotImplementedError

    def another(self) -> AbstractAsyncContextManager[IBackend]:
        """Return a second backend on the loop that runs."""
        raise NotImplementedError

    def native_future(self) -> Any:
        """Return a pending future of the loop's own kind, which has `set_result`."""
        return asyncio.get_running_loop().create_future()

    def settle_native(self, future: Any, result: Any) -> None:
        """Settle what `native_future` returned, with a value or an exception."""
        if isinstance(result, Exception):
            future.set_exception(result)
        else:
            future.set_result(result)

    def native_timers(self) -> int:
        """Count the timers that the loop itself holds and that are not due yet."""
        raise NotImplementedError

    def native_tasks(self) -> int:
        """Count the tasks that run on the loop."""
        return len(asyncio.all_tasks())

    def give_up(self) -> None:
        """Stop the loop, from another thread; `run` then raises."""

    def close(self) -> None:
        """Close what outlives `run`."""
