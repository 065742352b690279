"""Async generators that were not iterated to their end.

A generator that a ``break`` or an exception leaves stays at its ``yield``.  Its
``finally`` clauses run when it is closed, and as they may await, only an event loop can
do that.  Python has two hooks for it, `sys.set_asyncgen_hooks`, in each thread: the
first is called with each generator that is begun, the second, the finalizer, with each
that would be collected unfinished.  A generator keeps the finalizer that was set when
it was begun.

What has to hold:

- A generator is closed by a coroutine of the backend: its clean-up awaits futures.
- The finalizer is called where the last reference goes: in any thread, between any two
  instructions.  So it only notes the generator, and asks the loop for a call.
- What was begun by other code of the thread goes to the hooks that were there before.
  As the finalizer cannot tell, those generators are remembered, by their ids: weak
  references are gone by then.
- Generators that are closed at the same time are closed one after the other.  One may
  use another, and close it, which fails while that is being closed by another task.
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable
from types import AsyncGeneratorType
from typing import Any
from weakref import WeakKeyDictionary, ref

from txaio_common._driver import Driver
from txaio_interfaces import IFuture


Generator = AsyncGeneratorType[Any, Any]


class AsyncGenerators:
    """Closes the async generators that the coroutines of a driver have left.

    A subclass for a loop overrides what says something about it: `is_ours`,
    `can_close`, `current_task` and `post`.
    """

    driver: Driver
    """What runs the coroutines that close them."""
    hooks: tuple[Callable[[Any], None], Callable[[Any], None]]
    """The arguments of ``sys.set_asyncgen_hooks``."""

    def __init__(self, driver: Driver) -> None:
        """Close them by coroutines of *driver*."""
        self.driver = driver
        self.hooks = self.begin, self.finalize
        self._has_ended = False
        self._before: Any = (None, None)
        self._main: Any = None
        self._open: WeakKeyDictionary[Generator, Callable[[], Any]]
        self._open = WeakKeyDictionary()
        self._foreign: set[int] = set()
        self._dropped: deque[Generator] = deque()
        self._closing: set[IFuture[Any]] = set()

    # What depends on the loop

    def is_ours(self) -> bool:
        """Tell whether what runs now runs for this driver."""
        return True

    def can_close(self) -> bool:
        """Tell whether the loop would run a coroutine; asked in any thread."""
        return True

    def current_task(self) -> Any:
        """Return the native task that runs, if the loop has tasks that outlive main."""
        return None

    def post(self, fn: Callable[[], object]) -> None:
        """Have the loop call *fn*; used in any thread."""
        self.driver.call_from_thread(fn)

    # Beginning and end

    def install(self) -> None:
        """Set the hooks of this thread, in the task that will wait for the end."""
        self._main = self.current_task()
        # In what `sys` returns, the collector sees no cycle; and the hooks may refer to
        # all of a run, and so to this.
        self._before = tuple(sys.get_asyncgen_hooks())
        sys.set_asyncgen_hooks(*self.hooks)

    def uninstall(self) -> None:
        """Close nothing more, and restore the hooks that were there before."""
        self._has_ended = True
        self._main = None
        # The loop may have set its own again.
        if sys.get_asyncgen_hooks() == self.hooks:
            sys.set_asyncgen_hooks(*self._before)

    def close_all(self) -> tuple[IFuture[Any], ...]:
        """Begin to close the generators that are open; return the futures of that.

        Those of native tasks that still run are left to the hooks of the loop.
        """
        opened, self._open = self._open, WeakKeyDictionary()
        for generator, task in opened.items():
            if generator.ag_running or self._runs(task()):
                self._leave(generator)
            else:
                self._dropped.append(generator)
        return self._close_dropped()

    def is_closing(self, task: IFuture[Any]) -> bool:
        """Tell whether *task* closes generators: it need not be cancelled."""
        return task in self._closing

    def _runs(self, task: Any) -> bool:
        return task is not None and task is not self._main and not task.done()

    # The hooks

    def begin(self, generator: Generator) -> None:
        """Remember *generator*, which is being begun."""
        if self.is_ours():
            self._foreign.discard(id(generator))
            task = self.current_task()
            self._open[generator] = _no_task if task is None else ref(task)
        else:
            self._leave(generator)

    def finalize(self, generator: Generator) -> None:
        """Have *generator* closed, to which there was no reference any more."""
        if id(generator) in self._foreign:
            self._foreign.discard(id(generator))
            self._finalize_elsewhere(generator)
        elif self._has_ended or not self.can_close():
            self._finalize_elsewhere(generator)
        else:
            self._dropped.append(generator)
            self.post(self._close_dropped)

    def _leave(self, generator: Generator) -> None:
        """Leave *generator* to the hooks that were there before."""
        self._foreign.add(id(generator))
        if self._before[0] is not None:
            self._before[0](generator)

    def _finalize_elsewhere(self, generator: Generator) -> None:
        if self._before[1] is not None:
            self._before[1](generator)
        else:
            _close_at_once(generator)

    # Closing

    def _close_dropped(self) -> tuple[IFuture[Any], ...]:
        if not self._dropped:
            return ()
        dropped, self._dropped = self._dropped, deque()
        task = self.driver.spawn(self._close(dropped))
        self._closing.add(task)
        self.driver.listen(task, self._closing.discard)
        return (task,)

    async def _close(self, generators: deque[Generator]) -> None:
        try:
            while generators:
                generator = generators.popleft()
                try:
                    await generator.aclose()
                except Exception as error:  # noqa: BLE001 - whatever it raises
                    text = f"error while {generator!r} was closed"
                    self.driver.report(text, error)
        finally:
            # The others, if this one was interrupted.
            if generators and not self._has_ended:
                self._dropped.extend(generators)
                self._close_dropped()


def _no_task() -> None:
    """Stand for a reference to the task of a generator that has none."""


def _close_at_once(generator: Generator) -> None:
    """Close *generator* without a loop, as Python does without hooks."""
    try:
        generator.aclose().__await__().send(None)
    except StopIteration:
        return
    msg = (
        f"{generator!r} was not closed, and no event loop can run its clean-up, which"
        " awaits: use it in `async with contextlib.aclosing(…)`"
    )
    raise RuntimeError(msg)
