"""Timers, coroutines and sockets that a test leaves behind on its loop."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pytest_txaio._garbage import COUNTS_REFERENCES, collect_cycles
from pytest_txaio._host import Host
from pytest_txaio._waits import coroutine_lines, timer_lines


FIX = "End it in the test, or mark the test: @pytest.mark.txaio(leftovers=False)"


class Leftovers:
    """The state of the loop before a test, and what was added since."""

    def __init__(self, host: Host, backend: Any) -> None:
        self._host = host
        self._backend = backend
        self._timers = [fn for fn, _ in host.timers(backend) or []]
        self._selectables = host.selectables()
        self._tasks = host.native_tasks() or 0

    def problem(self) -> str | None:
        """Return a description of what the test left behind, or None."""
        lines = [*self._timer_lines(), *self._task_lines(), *self._selectable_lines()]
        return "\n  ".join(["the test left behind", *lines, FIX]) if lines else None

    def _timer_lines(self) -> Iterator[str]:
        now = self._host.timers(self._backend) or []
        new = [timer for timer in now if not _is_in(timer[0], self._timers)]
        yield from (f"a timer: {line}" for line in timer_lines(new))

    def _task_lines(self) -> Iterator[str]:
        tasks = self._host.native_tasks()
        more = (tasks or 0) - self._tasks
        if tasks is not None and more <= 0 and not COUNTS_REFERENCES:
            # Listing coroutines traverses all objects, which is slow here.
            return
        lines = coroutine_lines(self._host.package)
        if lines:
            # A coroutine that nothing can resume is garbage, not a leftover.
            collect_cycles()
            lines = coroutine_lines(self._host.package)
        yield from (f"a coroutine: {line}" for line in lines)
        if more > len(lines):
            yield f"{more - len(lines)} more of the loop's tasks"

    def _selectable_lines(self) -> Iterator[str]:
        for each in self._host.selectables():
            if not _is_in(each, self._selectables):
                yield f"watched by the loop: {each!r}"


def _is_in(one: object, several: list[Any]) -> bool:
    return any(one is each for each in several)
