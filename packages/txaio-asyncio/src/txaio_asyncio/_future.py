"""The future of `gather` and `timeout`, which asyncio lacks.

Every other future is asyncio's own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any


class AsyncioOwner(asyncio.Future[Any]):
    """A future that ends after those that it owns: see `Driver.create_owner`."""

    owned: Sequence[Any]
    cancel_owned: Callable[[str | None], bool]
    break_await_cycle: Callable[[Any, str | None], object]
    """Ends what waits for the future and is waited for by it."""
    _is_cancelled: bool = False

    def cancel(self, msg: Any | None = None) -> bool:
        """Cancel what this owns; settle as cancelled if that has ended."""
        if self.done():
            return False
        is_repeated, self._is_cancelled = self._is_cancelled, True
        if self.cancel_owned(msg):
            return super().cancel(msg)
        if is_repeated:
            # Perhaps by one of those that it owns, which waits for it.
            self.break_await_cycle(self, msg)
        return True
