"""Async generators on asyncio."""

from __future__ import annotations

import asyncio

from txaio_common import AsyncGenerators


class AsyncioGenerators(AsyncGenerators):
    """Closes async generators, but those of native tasks that outlive main.

    asyncio cancels these tasks, and closes their generators, when the loop is closed.
    """

    def current_task(self) -> asyncio.Task[object] | None:
        return asyncio.current_task()
