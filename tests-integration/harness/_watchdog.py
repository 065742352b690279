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
    timer = threading.Timer(SECONDS, give_up)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
