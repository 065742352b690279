"""Twisted, on the reactor that is current when one is needed."""

from __future__ import annotations

from collections.abc import Callable
from os import PathLike
from typing import IO, Any, ClassVar

from txaio._ambient import AmbientBackend, PerLoop
from txaio._chained import ChainedDriver, ChainedTwisted
from txaio._config import config
from txaio._standard_streams import STANDARD_STREAMS
from txaio_common import UNSET, Handle
from txaio_interfaces import LogFormat, LogLevel
from txaio_twisted import TwistedDriver, clock_of


class ConfiguredReactor:
    """A reactor whose methods are looked up at each use.

    Tests replace `callLater` on a reactor, and that has an effect.
    """

    def __init__(self, reactor: Any) -> None:
        """Stand in for *reactor*."""
        self._reactor = reactor
        self.seconds = clock_of(reactor)

    def __getattr__(self, name: str) -> Any:
        """Return an attribute of the reactor."""
        if name == "addSystemEventTrigger":
            # Coroutines outlive the reactor, as those of txaio always have.
            raise AttributeError(name)
        return getattr(self._reactor, name)


class AmbientReactor:
    """Stands in for the reactor that is current at each use."""

    def seconds(self) -> float:
        """Return the time of the reactor, in seconds."""
        return clock_of(find_reactor())()

    def __getattr__(self, name: str) -> Any:
        """Return an attribute of the reactor."""
        if name == "addSystemEventTrigger":
            # Coroutines outlive the reactor, as those of txaio always have.
            raise AttributeError(name)
        return getattr(find_reactor(), name)


class AmbientDriver(ChainedDriver):
    """Has calls made by the reactor that is current, which has a queue of its own."""

    def __init__(self, reactor: Any) -> None:
        """Be the driver of *reactor*, which stands in for others."""
        super().__init__(reactor)
        self._current = PerLoop(find_reactor, _driver_of).current

    def call_soon(self, fn: Callable[[], object], /) -> Handle:
        return self._current().call_soon(fn)

    def call_at(self, when: float, fn: Callable[[], object], /) -> Handle:
        return self._current().call_at(when, fn)

    def call_later(self, delay: float, fn: Callable[[], object], /) -> Handle:
        return self._current().call_later(delay, fn)


def _driver_of(reactor: Any) -> ChainedDriver:
    return ChainedDriver(ConfiguredReactor(reactor))


class AmbientTwisted(AmbientBackend, ChainedTwisted):
    """The backend on Twisted that `txaio.use_twisted` selects."""

    driver_class: ClassVar[type[TwistedDriver]] = AmbientDriver

    def __init__(self) -> None:
        """Work on the reactor that is current at each use, in any thread."""
        super().__init__(AmbientReactor(), debug=False)
        self._per_loop = PerLoop(find_reactor, self.on_loop)

    def on_loop(self, loop: Any) -> ChainedTwisted:
        """Return a backend on the reactor *loop*."""
        # Which thread will run the reactor is not known: none is checked.
        return ChainedTwisted(ConfiguredReactor(loop), debug=False)

    def start_logging(
        self,
        out: IO[str] | IO[bytes] | str | PathLike[str] | None = UNSET,
        level: LogLevel = "info",
        format: LogFormat = "text",  # noqa: A002 - the name that callers know
    ) -> None:
        """Start logging; with None as *out*, log what is printed as well."""
        STANDARD_STREAMS.restore()
        super().start_logging(out, level, format)
        if out is None:
            STANDARD_STREAMS.log()

    def stop_logging(self) -> None:
        STANDARD_STREAMS.restore()
        super().stop_logging()


def find_reactor() -> Any:
    """Return the reactor that is configured; without one, configure the global one.

    Programs take the reactor from `txaio.config.loop`.
    """
    if config.loop is None:
        # Importing the reactor installs it.
        from twisted.internet import reactor  # noqa: PLC0415 - see above

        config.loop = reactor
    return config.loop
