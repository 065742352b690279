"""Everything that a library needs from the event loop it runs on."""

from __future__ import annotations

from abc import abstractmethod

from txaio_interfaces._failures import IFailures
from txaio_interfaces._futures import IFutures
from txaio_interfaces._logging import ILogging
from txaio_interfaces._timers import ITimers


class IBackend(IFutures, ITimers, IFailures, ILogging):
    """An event loop of any framework; applications create it, libraries accept it.

    A backend belongs to its event loop and to the thread in which the loop runs:
    from other threads, use `call_from_thread`.
    If it is used before its loop runs or after the loop has ended, it raises a
    `RuntimeError` that says what to do instead.
    """

    @property
    @abstractmethod
    def name(self) -> str:
        """The name of this backend: ``"asyncio"``, ``"twisted"`` or ``"anyio"``."""
