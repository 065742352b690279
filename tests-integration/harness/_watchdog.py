"""An end to tests that wait for what never comes."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SECONDS = 10.0


@contextmanager
def watchdog(give_up: Callable[[], object]) -> Iterator[None]:
    """Call *give_up* in another thread, to stop the loop, if the block takes too long.

    A signal would not do: uvloop sleeps through it.
    """
    done = threading.Event()

    def watch() -> None:
        patience = SECONDS
        # Again and again: the clean-up of what was stopped may hang as well.
        while not done.wait(patience):
            give_up()
            patience = 1.0

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
