"""The cancellation of a coroutine, as a state machine.

Frameworks differ in what `cancel` does to a coroutine: asyncio raises once, Trio at
every await until the scope is left, Twisted cancels whatever Deferred is awaited. Tasks
of our own all do the same, and this module is the part that they share: *when* a
cancellation is raised.  *How* is the task's part, which is to cancel the future that
the coroutine awaits; the coroutine is resumed when that future has ended, and sees the
cancellation at its await.  So the innermost of several coroutines that await each other
sees it first, and the outer ones after the inner ones have cleaned up (X5).

A coroutine is in one of four states:

NONE        It has not been cancelled.
PENDING     It was cancelled while it ran, or before it was resumed.  Nothing has been
            raised yet: the next future that it awaits is cancelled at once.
DEFERRED    It was cancelled inside `uncancelled`, where nothing is raised.  When it
            leaves the outermost call of `uncancelled`, this becomes PENDING.
DELIVERED   The future that it awaits was cancelled.  It will see the cancellation
            there, when that future has ended; until then, further calls of `cancel` are
            one with the first (X9).

When the coroutine is resumed, it has seen the cancellation, and a later one is raised
again: the state is NONE.  There is one case in which it has not.  If it waited for
another coroutine, that one may have ended while the cancellation was still pending
there, and may have returned a value: then the cancellation is raised in the outer one
in place of that value.

At the end of a backend, coroutines that take longer than the grace period are
interrupted: that is a cancellation which comes again, in the state DELIVERED too.

What happens in a state is in the table below.  An event that a state does not name
leaves the state as it is.  While a coroutine is inside `uncancelled`, the events that
cancel it are CANCEL_SHIELDED and INTERRUPT_SHIELDED, whether it runs or waits.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import Final


class State(Enum):
    """How far a cancellation has come."""

    NONE = auto()
    PENDING = auto()
    DEFERRED = auto()
    DELIVERED = auto()


class Event(Enum):
    """What can happen to the cancellation of a coroutine."""

    CANCEL_RUNNING = auto()
    CANCEL_WAITING = auto()
    CANCEL_SHIELDED = auto()
    INTERRUPT_RUNNING = auto()
    INTERRUPT_WAITING = auto()
    INTERRUPT_SHIELDED = auto()
    AWAIT = auto()
    RESUME = auto()
    ENTER_SHIELD = auto()
    LEAVE_SHIELD = auto()


NONE: Final = State.NONE
PENDING: Final = State.PENDING
DEFERRED: Final = State.DEFERRED
DELIVERED: Final = State.DELIVERED

TRANSITIONS: dict[State, dict[Event, State]] = {
    NONE: {
        Event.CANCEL_RUNNING: PENDING,
        Event.CANCEL_WAITING: DELIVERED,
        Event.CANCEL_SHIELDED: DEFERRED,
        Event.INTERRUPT_RUNNING: PENDING,
        Event.INTERRUPT_WAITING: DELIVERED,
        Event.INTERRUPT_SHIELDED: DEFERRED,
    },
    PENDING: {
        Event.AWAIT: DELIVERED,
        Event.RESUME: NONE,
        Event.ENTER_SHIELD: DEFERRED,
    },
    DEFERRED: {
        Event.LEAVE_SHIELD: PENDING,
    },
    DELIVERED: {
        Event.RESUME: NONE,
        Event.INTERRUPT_RUNNING: PENDING,
        Event.INTERRUPT_WAITING: DELIVERED,
        Event.INTERRUPT_SHIELDED: DEFERRED,
    },
}


class Cancellation:
    """The state of one coroutine's cancellation, and the text of the last one."""

    __slots__ = ("message", "requests", "shields", "state")

    message: str | None
    requests: int
    shields: int
    state: State

    def __init__(self) -> None:
        """Begin with a coroutine that was not cancelled."""
        self.state = NONE
        self.message = None
        self.requests = 0
        """How many cancellations there were that counted."""
        self.shields = 0
        """How many calls of `uncancelled` the coroutine is in."""

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
    def is_undelivered(self) -> bool:
        """Whether nothing was cancelled yet, for a coroutine that was."""
        return self.state is PENDING or self.state is DEFERRED

    def cancel(self, message: str | None, *, waits: bool) -> bool:
        """Cancel a coroutine that *waits*, or else runs; return whether this counts.

        It does not if there is an earlier one that the coroutine has not seen.
        """
        if self.state is not NONE:
            return False
        self.message = message
        self.requests += 1
        if self.shields:
            self._handle(Event.CANCEL_SHIELDED)
        else:
            self._handle(Event.CANCEL_WAITING if waits else Event.CANCEL_RUNNING)
        return True

    def interrupt(self, message: str | None, *, waits: bool) -> bool:
        """Cancel the coroutine once more; return whether its await is to raise now."""
        self.message = message
        if self.shields:
            self._handle(Event.INTERRUPT_SHIELDED)
            return False
        self._handle(Event.INTERRUPT_WAITING if waits else Event.INTERRUPT_RUNNING)
        return waits

    def take(self) -> bool:
        """Tell, as the coroutine awaits, whether a cancellation has to be raised there.

        It counts as delivered then.
        """
        if self.state is not PENDING:
            return False
        self._handle(Event.AWAIT)
        return True

    def resume(self, *, is_unseen: bool) -> bool:
        """Tell, as the coroutine is resumed, whether a cancellation is raised there.

        *is_unseen* tells whether what it awaited has ended before it was cancelled.
        """
        raises = self.state is PENDING or (is_unseen and self.state is DELIVERED)
        self._handle(Event.RESUME)
        return raises

    def enter_shield(self) -> None:
        """Let cancellations wait: the coroutine calls `uncancelled`."""
        self.shields += 1
        self._handle(Event.ENTER_SHIELD)

    def leave_shield(self) -> None:
        """Have the coroutine see at its next await what it has missed, if anything."""
        self.shields -= 1
        if not self.shields:
            self._handle(Event.LEAVE_SHIELD)

    def _handle(self, event: Event) -> None:
        self.state = TRANSITIONS[self.state].get(event, self.state)
