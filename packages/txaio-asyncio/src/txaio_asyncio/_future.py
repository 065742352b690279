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

    def cancel(self, msg: Any | None = None) -> bool:
        """Cancel what this owns; settle as cancelled if that has ended."""
        if self.done():
            return False
        return super().cancel(msg) if self.cancel_owned(msg) else True
