"""The queue of callbacks and of coroutines that are to be resumed."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any

from txaio_twisted._failures import TwistedFailures


if TYPE_CHECKING:
    from collections import deque

    from txaio_twisted._native import Listener

AT_ONCE = 5000
"""So many callbacks and steps of coroutines are made before the reactor has a turn."""


class TwistedQueue(TwistedFailures):
    """Runs what is due in order and without recursion."""

    _queue: deque[tuple[Listener, Any]]
    _draining: bool

    def _enqueue(self, fn: Listener, argument: object) -> None:
        self._queue.append((fn, argument))
        self._drain()

    def _drain(self) -> None:
        """Run what is due, unless that is going on."""
        if self._draining:
            return
        self._draining = True
        queue = self._queue
        try:
            for _ in range(AT_ONCE):
                if not queue:
                    break
                self._run(*queue.popleft())
        finally:
            self._draining = False
            if queue:
                self._drain_later()

    def _run(self, fn: Listener, argument: object) -> None:
        try:
            fn(argument)
        except (KeyboardInterrupt, SystemExit) as error:
            self._leave(error)
        except BaseException as error:  # noqa: BLE001 - cancellations, too
            self._report("error in a callback", error)

    @abstractmethod
    def _drain_later(self) -> None:
        """Run what is left in the queue in a coming turn of the reactor."""

    @abstractmethod
    def _leave(self, error: BaseException) -> None:
        """End `run` with *error*, or raise it where there is no `run` to end."""
