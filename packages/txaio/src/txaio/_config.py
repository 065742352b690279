"""Settings that an application may change before or after it selects a backend."""

from __future__ import annotations

from typing import Any


class Config:
    """The settings of the process."""

    loop: Any
    """The asyncio loop or the reactor to use, looked up at each use.

    None, the default, means the running asyncio loop, or else the one that is set for
    this thread; on Twisted it means the global reactor, and is that from the first use
    of the reactor on.
    """

    def __init__(self) -> None:
        """Set no loop."""
        self.loop = None


config: Config = Config()
