"""Twisted, on the reactor that there is when one is needed."""

from __future__ import annotations

from typing import Any

from twisted.python.runtime import seconds

from txaio._ambient import Ambient
from txaio._chained import ChainedTwisted
from txaio._config import config


class ConfiguredReactor:
    """What a backend needs of a reactor, looked up at each use.

    Whoever replaces `callLater` on the reactor, as tests do, is heard.
    """

    def __init__(self, reactor: Any = None) -> None:
        """Stand for *reactor*, or for the one that there is at each use."""
        self._reactor = reactor
        self.seconds = getattr(reactor, "seconds", seconds)

    def __getattr__(self, name: str) -> Any:
        """Return what the reactor has."""
        if name == "addSystemEventTrigger":
            # Coroutines outlive the reactor, as those of txaio always have.
            raise AttributeError(name)
        reactor = find_reactor() if self._reactor is None else self._reactor
        return getattr(reactor, name)


class AmbientTwisted(Ambient, ChainedTwisted):
    """The backend on Twisted that `txaio.use_twisted` selects."""

    def _find_loop(self) -> Any:
        return find_reactor()

    def on_loop(self, loop: Any) -> ChainedTwisted:
        # Which thread will run the reactor is not known, so that none is checked.
        return ChainedTwisted(ConfiguredReactor(loop), debug=False)


def find_reactor() -> Any:
    """Return the reactor that is configured, or else the global one."""
    if config.loop is not None:
        return config.loop
    from twisted.internet import reactor  # noqa: PLC0415 - importing it installs it

    return reactor


def make_backend() -> AmbientTwisted:
    """Return a backend on the reactor that there is when one is needed."""
    return AmbientTwisted(ConfiguredReactor(), debug=False)
