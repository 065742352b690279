"""What Twisted keeps of its log until the application begins logging.

Until `beginLoggingTo` is called, an observer of Twisted's keeps the last events, and
prints critical ones to standard error; then the events are published again, so that
the observers of the application get them all.

`start_logging` writes events itself and cannot begin logging in this sense, as that
could not be undone.
It removes Twisted's observer, so that nothing is printed twice, and goes on keeping
events in its place.
When they are published again, `LogObserver` ignores those that it has written.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any
from weakref import WeakKeyDictionary


LogEvent = dict[str, Any]


class History:
    """The events that Twisted keeps, while an observer of ours is there."""

    def __init__(self) -> None:
        """Keep nothing yet."""
        self.keep: Callable[[LogEvent], object] | None = None
        """Keeps an event; None before `take_over`, and once logging has begun."""
        self.beginner: Any = None
        """Twisted's `LogBeginner`, from `take_over` to `give_back`."""
        self.replayed: dict[int, LogEvent] = {}
        """By `id`, what is published again now and was dealt with."""
        self._initial: Any = None
        """The observer of Twisted's that was removed."""
        self._buffer: Any = None
        self._missed: dict[int, LogEvent] = {}
        """Kept events that our observer was not there for, and has not written yet."""
        # A process has one beginner, but tests have more.
        self._dealt_with: WeakKeyDictionary[Any, dict[int, LogEvent]] = (
            WeakKeyDictionary()
        )
        """Kept events from before `give_back` that it has dealt with, by beginner."""

    def take_over(self, beginner: Any, publisher: Any) -> None:
        """Keep events in the place of *beginner*, if logging has not begun."""
        initial = getattr(beginner, "_temporaryObserver", None)
        if initial is None or self.beginner is not None:
            return
        self.beginner, self._initial = beginner, initial
        publisher.removeObserver(initial)
        self._buffer = buffer = beginner._initialBuffer  # noqa: SLF001 - not public
        dealt_with = self._dealt_with.pop(beginner, {})
        self._missed = {
            id(event): event
            for event in _events_in(buffer)
            if id(event) not in dealt_with
        }
        beginner._initialBuffer = Replay(self)  # noqa: SLF001 - called when logging begins
        self.keep = buffer._buffer.append  # noqa: SLF001 - faster than `buffer`

    def give_back(self, publisher: Any) -> None:
        """Undo `take_over`."""
        beginner, self.beginner = self.beginner, None
        if beginner is None:
            return
        self.keep = None
        beginner._initialBuffer = self._buffer  # noqa: SLF001 - see `take_over`
        if beginner._temporaryObserver is self._initial:  # noqa: SLF001 - not public
            self._dealt_with[beginner] = {
                id(event): event
                for event in _events_in(self._buffer)
                if id(event) not in self._missed
            }
            publisher.addObserver(self._initial)
        self._missed = {}

    def missed(self) -> list[LogEvent]:
        """Return the kept events that are still to be written."""
        return list(self._missed.values())

    def deal_with(self, events: list[LogEvent]) -> None:
        """Note that *events* have been written, or are not to be."""
        for event in events:
            self._missed.pop(id(event), None)

    def replay_to(self, publisher: Callable[[LogEvent], object]) -> None:
        """Publish the kept events again, as logging begins."""
        self.keep = None
        events = _events_in(self._buffer)
        self.replayed = {
            id(event): event for event in events if id(event) not in self._missed
        }
        try:
            for event in events:
                publisher(event)
        finally:
            self.replayed, self._missed = {}, {}


class Replay:
    """Takes the place of the buffer of a `LogBeginner`."""

    def __init__(self, history: History) -> None:
        """Stand for the events of *history*."""
        self._history = history

    def replayTo(self, otherObserver: Callable[[LogEvent], object]) -> None:  # noqa: N802, N803 - called by Twisted
        """Publish the events to *otherObserver*."""
        self._history.replay_to(otherObserver)


def _events_in(buffer: Any) -> list[LogEvent]:
    """Return the events in *buffer*, to which other threads may append."""
    while True:
        events: list[LogEvent] = []
        with suppress(RuntimeError):
            buffer.replayTo(events.append)
            return events
