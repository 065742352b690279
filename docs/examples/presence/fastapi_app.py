"""Presence over HTTP: `uvicorn fastapi_app:app` serves it."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from fastapi import FastAPI
from presence import Presence

from txaio_asyncio import AsyncioBackend


if TYPE_CHECKING:
    from collections.abc import AsyncGenerator


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    """Make the backend when uvicorn's loop runs, and not on import."""
    backend = AsyncioBackend()
    backend.start_logging()
    app.state.presence = Presence(backend)
    yield


app = FastAPI(lifespan=lifespan)


@app.put("/seen/{name}")
async def seen(name: str) -> list[str]:
    """Note that *name* was seen, and return all names."""
    presence: Presence = app.state.presence
    presence.seen(name)
    return presence.names()
