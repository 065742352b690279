"""What an application may set before or after it selects a backend."""

from __future__ import annotations

from typing import Any


class Config:
    """The settings of the process."""

    loop: Any
    """The asyncio loop or the reactor to use, looked up at each use.

    With None it is the asyncio loop that runs, or else the one that is set for this
    thread; on Twisted it is the global reactor.
    """

    def __init__(self) -> None:
        """Leave the loop to be found."""
        self.loop = None


config: Config = Config()
