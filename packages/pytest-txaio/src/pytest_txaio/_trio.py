"""What comes nearest to a future on Trio, which has none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import trio


if TYPE_CHECKING:
    from collections.abc import Generator


class TrioFuture:
    """An awaitable object that another task settles."""

    def __init__(self) -> None:
        self._settled = trio.Event()
        self._outcome: Any = None

    def set_result(self, result: Any) -> None:
        """Settle it with a value, or with an exception to raise."""
        self._outcome = result
        self._settled.set()

    set_exception = set_result

    def __await__(self) -> Generator[Any, Any, Any]:
        """Wait until it is settled."""
        yield from self._settled.wait().__await__()
        if isinstance(self._outcome, Exception):
            raise self._outcome
        return self._outcome
