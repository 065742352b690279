"""A hint for tests that time ran away from while a thread was at work."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_txaio._time import VirtualTime


class Jumps:
    """What time it was when a test began, and which threads there were."""

    def __init__(self, time: VirtualTime | None) -> None:
        """Look at *time*, which is None if it is the real one."""
        self._time = time
        self._began = 0.0 if time is None else time.now
        self._threads = _threads()

    def hints(self, error: BaseException) -> Iterator[str]:
        """Yield what *error*, which the test raised, may come of."""
        if self._time is None or not isinstance(error, TimeoutError):
            return
        jumped = self._time.now - self._began
        if jumped > 0 and _threads() - self._threads:
            yield (
                f"virtual time jumped {jumped:g} s, and waits for no thread, of which"
                " the test began some: for real time, mark the test:"
                " @pytest.mark.txaio(clock='real')"
            )


def _threads() -> set[tuple[int | None, str]]:
    # Trio keeps its threads, and gives them a new name for each piece of work.
    return {(each.ident, each.name) for each in threading.enumerate()}
