"""Everything a library needs of the loop it runs on."""

from __future__ import annotations

from abc import abstractmethod

from txaio_interfaces._failures import IFailures
from txaio_interfaces._futures import IFutures
from txaio_interfaces._logging import ILogging
from txaio_interfaces._timers import ITimers


class IBackend(IFutures, ITimers, IFailures, ILogging):
    """One event loop, whichever it is; an application makes it, libraries take it.

    A backend belongs to its loop and to the thread that the loop runs in:
    from other threads, use `call_from_thread`.
    Used before its loop runs or after its end, it raises a `RuntimeError` that says
    what to do instead.
    """

    @property
    @abstractmethod
    def name(self) -> str:
        """Which backend this is: ``"asyncio"``, ``"twisted"`` or ``"anyio"``."""
