"""A coroutine whose awaits are seen from outside.

An event loop resumes a coroutine by `send` or `throw`, and gets back what it awaits,
through all coroutines that await each other.
`ObservedCoroutine` stands between the two, for any loop, and passes everything on.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Generator
from functools import partial
from typing import Any


class ObservedCoroutine:
    """Runs a coroutine as part of the one that awaits this."""

    def __init__(
        self,
        coroutine: Coroutine[Any, Any, Any],
        on_resume: Callable[[], object],
        on_wait: Callable[[Any], object],
    ) -> None:
        """Call *on_resume* before it runs, and ``on_wait(awaited)`` before it waits."""
        self._coroutine = coroutine
        self._on_resume = on_resume
        self._on_wait = on_wait

    def __await__(self) -> Generator[Any, Any, Any]:
        """Run the coroutine to its end, and return its value or raise its exception."""
        __tracebackhide__ = True
        coroutine = self._coroutine
        resume = partial(coroutine.send, None)
        while True:
            self._on_resume()
            try:
                awaited = resume()
            except StopIteration as stop:
                return stop.value
            self._on_wait(awaited)
            try:
                value = yield awaited
            except BaseException as error:  # noqa: BLE001 - it is thrown on
                resume = partial(coroutine.throw, error)
            else:
                resume = partial(coroutine.send, value)
