"""The future of `gather` and `timeout`, which asyncio lacks.

Every other future is asyncio's own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any


class AsyncioOwner(asyncio.Future[Any]):
    """A future that ends after those that it *owned*: see `Driver.create_owner`."""

    def __init__(
        self,
        owned: Sequence[Any],
        cancel_owned: Callable[[str | None], bool],
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        """Call ``cancel_owned(message)`` if cancelled."""
        super().__init__(loop=loop)
        self.owned = owned
        self._cancel_owned = cancel_owned
        self.add_done_callback(_let_go)

    def cancel(self, msg: Any | None = None) -> bool:
        """Cancel what this owns; settle as cancelled if that has ended."""
        if self.done():
            return False
        return super().cancel(msg) if self._cancel_owned(msg) else True


def _let_go(owner: asyncio.Future[Any]) -> None:
    # These refer to the future itself.
    del owner.owned, owner._cancel_owned  # type: ignore[attr-defined]  # noqa: SLF001
