"""The limits of each connection, and its times."""

from __future__ import annotations

from dataclasses import dataclass, fields


SHORTEST_MAX_MESSAGE = 200


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Limits and times of a connection; times are in seconds.

    Raises `ValueError` if one is not above zero, or a number of things is no integer.
    """

    max_message: int = 1_000_000
    """The bytes of a message: longer ones are neither sent nor accepted."""
    max_batch: int = 1000
    """The calls and notifications in a batch."""
    max_outgoing: int = 64
    """The messages that wait to be sent: then those that send another wait."""
    max_incoming: int = 64
    """The requests that wait to be handled: then no more is read from the peer."""
    max_handlers: int = 16
    """The requests of the peer that are handled at a time."""
    max_calls: int = 64
    """The calls that wait for answers: then others wait before they are sent.

    Between peers with these settings it is no more than the other side accepts.
    """
    call_timeout: float = 60.0
    """How long a call takes at most, unless it says otherwise."""
    send_timeout: float = 30.0
    """How long the peer may leave a message unread before the connection ends."""
    heartbeat: float = 30.0
    """The period of the heart-beat: infinite for none.

    A peer that was silent for a whole period is pinged, and one that is still silent
    for another has gone.
    """
    close_timeout: float = 5.0
    """How long what has begun may take when the connection is closed."""

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if field.type == "int" and not isinstance(value, int):
                raise ValueError(f"{field.name} must be an integer, not {value!r}")
            if not value > 0:
                raise ValueError(f"{field.name} must be above zero, not {value!r}")
        if self.max_message < SHORTEST_MAX_MESSAGE:
            raise ValueError(
                f"max_message must be at least {SHORTEST_MAX_MESSAGE}, the length of an"
                " error"
            )
