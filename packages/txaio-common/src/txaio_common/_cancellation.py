"""The cancellation of a coroutine, as a state machine.

Frameworks differ in what `cancel` does to a coroutine: asyncio raises once, Trio at
every await until the scope is left, Twisted cancels whatever Deferred is awaited. Tasks
of our own all do the same, and this module is the part that they share: *when* a
cancellation is raised.  *How* is the task's part, which is to cancel the future that
the coroutine awaits; the coroutine is resumed when that future has ended, and sees the
cancellation at its await.  So the innermost of several coroutines that await each other
sees it first, and the outer ones after the inner ones have cleaned up (X5).

A coroutine is in one of three states:

NONE        There is no cancellation that it has not seen.
PENDING     It was cancelled while it ran, or before it was resumed.  Nothing has been
            raised yet: the next future that it awaits is cancelled at once.
DELIVERED   The future that it awaits was cancelled.  It will see the cancellation
            there, when that future has ended; until then, further calls of `cancel` are
            one with the first (X9).  The text is that of the first that has one (X13):
            a deadline has none.

When the coroutine is resumed, it has seen the cancellation, and a later one is raised
again: the state is NONE.  There is one case in which it has not.  If it waited for
another coroutine, that one may have ended while the cancellation was still pending
there, and may have returned a value: then the cancellation is raised in the outer one
in place of that value.  (If it has failed, the outer one sees that, as it sees what
fails in clean-up.)

Inside `uncancelled` the coroutine is at a level of its own, with a state of its own.
What cancels the coroutine, or a scope around the call, changes the state of the level
outside to PENDING: nothing is raised until the coroutine has come back to that level.
A scope that was entered inside `uncancelled` cancels the inner level.

At the end of a backend, coroutines that take longer than the grace period are
interrupted: that is a cancellation which comes again, in the state DELIVERED too.

What happens in a state is in the table below.  An event that a state does not name
leaves the state as it is.

Several requests may be one cancellation, of which each is known: a scope that has
expired has to tell whether it was alone (D3).  So they are counted, and the scope takes
its own back.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import Any, Final, NamedTuple
from weakref import ref


class State(Enum):
    """How far a cancellation has come."""

    NONE = auto()
    PENDING = auto()
    DELIVERED = auto()


class Event(Enum):
    """What can happen to the cancellation of a coroutine."""

    CANCEL_RUNNING = auto()
    CANCEL_WAITING = auto()
    INTERRUPT_RUNNING = auto()
    INTERRUPT_WAITING = auto()
    AWAIT = auto()
    RESUME = auto()
    WITHDRAW = auto()


NONE: Final = State.NONE
PENDING: Final = State.PENDING
DELIVERED: Final = State.DELIVERED

TRANSITIONS: dict[State, dict[Event, State]] = {
    NONE: {
        Event.CANCEL_RUNNING: PENDING,
        Event.CANCEL_WAITING: DELIVERED,
        Event.INTERRUPT_RUNNING: PENDING,
        Event.INTERRUPT_WAITING: DELIVERED,
    },
    PENDING: {
        Event.AWAIT: DELIVERED,
        Event.RESUME: NONE,
        Event.WITHDRAW: NONE,
    },
    DELIVERED: {
        Event.RESUME: NONE,
        Event.INTERRUPT_RUNNING: PENDING,
        Event.INTERRUPT_WAITING: DELIVERED,
    },
}


def first_text(text: str | None, later: str | None) -> str | None:
    """Return the text of two cancellations that are seen as one, None if none has."""
    return later if text is None else text


class _Level(NamedTuple):
    """What a `Cancellation` has of a level at which the coroutine is not now."""

    state: State
    message: str | None
    requests: int
    unseen: int
    seen: int


class Cancellation:
    """The state of one coroutine's cancellation, and the text of the last one."""

    __slots__ = (
        "_outer",
        "_unseen",
        "innermost",
        "late_text",
        "message",
        "requests",
        "seen",
        "state",
    )

    innermost: ref[Any] | None
    late_text: str | None
    message: str | None
    requests: int
    seen: int
    state: State

    def __init__(self) -> None:
        """Begin with a coroutine that was not cancelled."""
        self.state = NONE
        """The state at the level at which the coroutine is."""
        self.message = None
        """The text of the last cancellation."""
        self.innermost = None
        """The task that sees the cancellation first, if it was passed on to that one.

        The coroutine waits for it, through others.
        """
        self.late_text = None
        """A text that came when what the coroutine awaits had been cancelled before.

        It is the text of the coroutine's future, unless the coroutine raises another.
        """
        self.requests = 0
        """How many were requested at the level, less those taken back."""
        self.seen = 0
        """How many times the coroutine has seen one at the level."""
        self._unseen = 0
        """How many requests make the cancellation that it has not seen."""
        self._outer: list[_Level] = _NO_LEVELS
        """The same of the levels outside, the outermost first."""

    @property
    def is_requested(self) -> bool:
        """Whether there is a cancellation that the coroutine has not seen."""
        return self.state is not NONE

    @property
    def is_pending(self) -> bool:
        """Whether a cancellation is to be raised at the next await."""
        return self.state is PENDING

    @property
    def is_delivered(self) -> bool:
        """Whether the coroutine will see a cancellation at the await that it is in."""
        return self.state is DELIVERED

    @property
    def level(self) -> int:
        """How many calls of `uncancelled` the coroutine is in."""
        return len(self._outer)

    def seen_at(self, level: int) -> int:
        """Return how many times the coroutine has seen one at *level*."""
        return self._outer[level].seen if level < len(self._outer) else self.seen

    def cancel(self, message: str | None, *, waits: bool, level: int = 0) -> bool:
        """Cancel a coroutine that *waits*, or else runs; return whether to raise it.

        It is not to be raised now if the coroutine is further inside than *level*, or
        if there is an earlier one that it has not seen.
        """
        if level < len(self._outer):
            self._cancel_outer(message, level)
            return False
        self.requests += 1
        self._unseen += 1
        if self.state is not NONE:
            if self.message is None:
                self.message = message
                self.late_text = first_text(self.late_text, message)
            return False
        self.message = message
        self._handle(Event.CANCEL_WAITING if waits else Event.CANCEL_RUNNING)
        return True

    def interrupt(self, message: str | None, *, waits: bool) -> bool:
        """Cancel the coroutine once more; return whether its await is to raise now."""
        if self._outer:
            self._cancel_outer(message, 0)
            return False
        self.message = message
        self._handle(Event.INTERRUPT_WAITING if waits else Event.INTERRUPT_RUNNING)
        return waits

    def _cancel_outer(self, message: str | None, level: int) -> None:
        """Have the coroutine see a cancellation when it is back at *level*."""
        outer = self._outer[level]
        self._outer[level] = _Level(
            PENDING,
            message if outer.state is NONE else first_text(outer.message, message),
            outer.requests + 1,
            outer.unseen + 1,
            outer.seen,
        )

    def take(self) -> bool:
        """Tell, as the coroutine awaits, whether a cancellation has to be raised there.

        It counts as delivered then.
        """
        if self.state is not PENDING:
            return False
        self._handle(Event.AWAIT)
        return True

    def resume(self, *, is_unseen: bool = False) -> bool:
        """Tell, as the coroutine is resumed, whether a cancellation is raised there.

        *is_unseen* tells whether what it awaited has ended before it was cancelled.
        """
        if self.state is NONE:
            return False
        raises = is_unseen or self.state is PENDING
        self._handle(Event.RESUME)
        self.innermost = None
        self._unseen = 0
        self.seen += 1
        return raises

    def withdraw(self) -> None:
        """Take one request back that the coroutine has not seen."""
        self._unseen -= 1
        if not self._unseen:
            self._handle(Event.WITHDRAW)

    def enter_shield(self) -> None:
        """Go to a level inside: the coroutine calls `uncancelled`."""
        level = _Level(self.state, self.message, self.requests, self._unseen, self.seen)
        self._outer = [*self._outer, level]
        self.state, self.message = NONE, None
        self.requests = self._unseen = self.seen = 0

    def leave_shield(self) -> None:
        """Go back: the coroutine sees at its next await what it has missed, if any."""
        *self._outer, level = self._outer
        self.state, self.message, self.requests, self._unseen, self.seen = level

    def _handle(self, event: Event) -> None:
        self.state = TRANSITIONS[self.state].get(event, self.state)


_NO_LEVELS: list[_Level] = []
"""What most coroutines have; it is replaced, and never changed."""
