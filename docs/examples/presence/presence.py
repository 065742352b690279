"""A library that keeps the names that were seen recently, on any loop."""

from __future__ import annotations

from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from txaio_interfaces import IBackend, IDelayedCall


class Presence:
    """The names that were seen within the last *seconds*, or a *bucket* more."""

    def __init__(
        self, txa: IBackend, seconds: float = 30.0, bucket: float = 1.0
    ) -> None:
        self._seconds = seconds
        self._timer = txa.make_batched_timer(bucket)
        self._calls: dict[str, IDelayedCall] = {}
        self._log = txa.make_logger()

    def seen(self, name: str) -> None:
        """Note that *name* was seen now."""
        call = self._calls.get(name)
        if call is None or not call.reset(self._seconds):
            self._calls[name] = self._timer.call_later(
                self._seconds, self._forget, name
            )

    def names(self) -> list[str]:
        """Return the names that were seen recently, in alphabetical order."""
        return sorted(self._calls)

    def _forget(self, name: str) -> None:
        del self._calls[name]
        self._log.info("{name} is gone", name=name)
