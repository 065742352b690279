"""The cancellation of tasks, which are asyncio's own.

asyncio's cancellation fits the contract in all but four points, which are dealt with
here:

- asyncio passes each `Task.cancel` on to the task that is awaited, and so interrupts
  the clean-up of that one, though the outer task has not seen the first cancellation
  yet.  So what a cancelled task waits for is remembered, for all drivers of the
  process, and as long as it waits for that, it is not cancelled again.
- Of a cancelled task, asyncio gives the text to the first call that asks for the
  outcome: see `keep_text`.
- A task that cancels itself, or a scope that it is in, would see this at its next
  await, or never: it is cancelled in the next turn of the loop, and keeps its value if
  it has ended, or left the scope, by then.
- asyncio cancels a chain of tasks by recursion, and exceeds the recursion limit where
  the chain is long or has no end: see `cancel_task`.

asyncio counts the cancellations that were requested of a task, `Task.cancelling`, and
the code that handles one takes it back with `Task.uncancel`.  That is how a scope tells
its own cancellation from others (see `_scope.py`), and `asyncio.timeout` likewise.
So what is done here leaves the count right: a cancellation that comes while the task is
in `uncancelled` stays counted, and is raised later only if it was not taken back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import reduce
from itertools import count
from typing import Any, NamedTuple, TypeVar
from weakref import WeakKeyDictionary, ref

from txaio_asyncio._native import (
    UNCANCELLED,
    UNSEEN,
    Unseen,
    awaited_by,
    break_await_cycle,
    break_cycle_through,
    has_failed,
    keep_late_text,
    keep_text_first,
)
from txaio_common import first_text


T = TypeVar("T")
Task = asyncio.Task[Any]

MAX_CHAIN = 100
"""How many tasks that wait each for the next asyncio may cancel by recursion."""


class Seen(NamedTuple):
    """Which of the requests a task has seen, in the form of a cancellation."""

    until: int
    """The number that the next one had."""
    requests: int
    """How many they are, less those taken back."""


class Cancellations:
    """What the process knows of the tasks that were cancelled."""

    def __init__(self) -> None:
        """Know of none."""
        self._uncounted: WeakKeyDictionary[Task, int] = WeakKeyDictionary()
        """The number of requests of which `Task.cancelling` does not know."""
        self._deferred: WeakKeyDictionary[Task, Seen] = WeakKeyDictionary()
        """Tasks that will see a cancellation at their next await.

        They were cancelled inside `uncancelled`, and have just left it, or have
        cancelled a scope that they are in.  With them, what they have seen.
        """
        self._numbers = count()

    def requests(self, task: Task) -> int:
        """Return the number of cancellations requested, less those taken back."""
        return task.cancelling() + self._uncounted.get(task, 0)

    def take_back(self, task: Task, *, was_seen: bool) -> None:
        """Take back one of them, whose cancellation the task has seen or not."""
        seen = self._deferred.get(task)
        if was_seen and seen is not None:
            self._deferred[task] = seen._replace(requests=seen.requests - 1)
        self._uncount(task)

    def _uncount(self, task: Task) -> None:
        """Take back one of which asyncio does not know, or else one of asyncio's."""
        if self._uncounted.get(task):
            self._uncounted[task] -= 1
        else:
            task.uncancel()

    def cancel_task(self, task: Task, message: str | None) -> None:
        """Cancel *task* and, as asyncio does, the tasks that it waits for.

        asyncio goes from each task to the one that it waits for by recursion.  In a
        long chain only the innermost task is cancelled: the others see it when that one
        has ended, as they would anyhow.  Tasks that wait for each other in a cycle are
        all ended by the first that is resumed.

        Raises nothing in a task that waits for the one that runs, until that has its
        next turn.
        """
        chain, awaited = self._chain(task)
        if not chain:
            if message is not None and UNSEEN[task].message is None:
                keep_late_text(task, message)
            self._count(task)
            self._break_cycle(task, message)
            return
        *others, innermost = chain
        loop = task.get_loop()
        if innermost is asyncio.current_task(loop):
            loop.call_soon(self._cancel_self, task, message)
            return
        if message is not None:
            self._keep_late_texts(chain, awaited, message)
        if awaited in chain:
            break_await_cycle(awaited, message)
            self._count(*chain)
        elif isinstance(awaited, asyncio.Task):
            self._count(*chain, awaited)
            self._break_cycle(awaited, message)
        elif len(chain) > MAX_CHAIN:
            innermost.cancel(message)
            self._count(*others)
        else:
            task.cancel(message)
        self._remember(chain, awaited, message)
        if innermost in UNCANCELLED:
            break_cycle_through(innermost, message)

    def _chain(self, task: Task) -> tuple[dict[Task, Any], Any]:
        """Return the tasks to cancel, from *task* on, and what the last of them awaits.

        Each is given with what it waits for.  A task that was cancelled before, and has
        not seen it, is not one of them.
        """
        chain: dict[Task, Any] = {}
        awaited: Any = task
        while isinstance(awaited, asyncio.Task) and awaited not in chain:
            waits_for = awaited_by(awaited)
            if waits_for is not None and self._is_unseen(awaited, waits_for):
                break
            chain[awaited] = waits_for
            awaited = waits_for
        return chain, awaited

    def _count(self, *tasks: Task) -> None:
        """Count a request for each of *tasks*, of which asyncio does not know."""
        for task in tasks:
            self._uncounted[task] = self._uncounted.get(task, 0) + 1

    def _keep_late_texts(
        self, chain: dict[Task, Any], awaited: Any, message: str
    ) -> None:
        """Keep *message* for those of *chain* that were cancelled in this turn before.

        The last of them waits for *awaited*, which has ended in that way.
        """
        *_, innermost = chain
        ended = innermost if awaited is None else awaited
        for task in chain if ended.cancelled() else ():
            if self.requests(task):
                keep_late_text(task, message)

    def cancel_running(self, task: Task) -> None:
        """Cancel *task*, which runs, at its next await."""
        seen = self.seen(task)
        self._count(task)
        self.defer(task, seen, None)

    def interrupt(self, task: Task) -> None:
        """Cancel *task* even if it has not seen an earlier cancellation."""
        UNSEEN.pop(task, None)
        self.cancel_task(task, None)

    def _cancel_self(self, task: Task, message: str | None) -> None:
        """Cancel *task*, which asked for it in the last turn of the loop."""
        if not task.done():
            self.cancel_task(task, message)
        else:
            self._pass_on(task)

    def number(self) -> int:
        """Return a number for a request, greater than that of all before."""
        return next(self._numbers)

    def seen(self, task: Task) -> Seen:
        """Return what *task*, which runs, has seen."""
        seen = self._deferred.get(task)
        return seen or Seen(self.number(), self.requests(task))

    def defer(self, task: Task, seen: Seen, message: str | None) -> None:
        """Raise in *task* at its next await what was requested since it had *seen* all.

        It runs, or has just left `uncancelled`.
        """
        self._deferred[task] = seen
        task.get_loop().call_soon(self._cancel_again, task, message)

    def _cancel_again(self, task: Task, message: str | None) -> None:
        """Do that, unless the requests that came since then have been taken back."""
        seen = self._deferred.pop(task, None)
        if seen is None or self.requests(task) <= seen.requests:
            return
        if task.done():
            self._pass_on(task)
        else:
            self._uncount(task)
            self.cancel_task(task, message)

    def _pass_on(self, task: Task) -> None:
        """Raise a cancellation in those that were cancelled while they awaited *task*.

        It has ended, and has not seen it.  Those see an error of it in its place.
        """
        if has_failed(task):
            return
        # A list, made in one step: loops in other threads have cancelled tasks, too.
        for reference in UNSEEN.keyrefs():
            outer = reference()
            if outer is not None and self._is_unseen(outer, task):
                self._uncount(outer)
                outer.cancel(UNSEEN[outer].message)

    def _is_unseen(self, task: Task, waits_for: Any) -> bool:
        """Tell whether *task* was cancelled, and has not been resumed since."""
        known = UNSEEN.get(task)
        return known is not None and known.waits_for() is waits_for

    def _break_cycle(self, task: Task, message: str | None) -> None:
        """Resume a task of the cycle in which *task* waits for itself, if there is one.

        *task* has an earlier cancellation that it has not seen.  There is none if the
        innermost task of that is about to be resumed: see `txaio_common._base_task`.
        """
        innermost = UNSEEN[task].innermost()
        if innermost is not None and not innermost.done():
            waits_for = awaited_by(innermost)
            if waits_for is None or waits_for.done():
                return
        break_cycle_through(task, message)

    def _remember(self, chain: dict[Task, Any], awaited: Any, text: str | None) -> None:
        """Remember the cancellation of *chain*, whose last one waits for *awaited*."""
        if isinstance(awaited, asyncio.Task) and awaited not in chain:
            innermost = UNSEEN[awaited].innermost
        else:
            innermost = ref(next(reversed(chain)))
        for task, waits_for in chain.items():
            if text is not None:
                keep_text_first(task)
            if waits_for is not None and not waits_for.done():
                UNSEEN[task] = Unseen(ref(waits_for), text, innermost)


CANCELLATIONS = Cancellations()
"""Those of the process: two drivers may have the same loop."""


async def uncancelled(
    loop: asyncio.AbstractEventLoop, call: Callable[[], Awaitable[T]]
) -> T:
    """Await ``call()`` to its end, in a task of its own."""
    inner = loop.create_task(_as_task(call))
    try:
        await _wait_for(inner)
        return inner.result()
    finally:
        del inner  # What is raised keeps this frame, which must not keep the task.


async def _wait_for(inner: Task) -> None:
    """Wait until *inner* has ended; have the caller cancelled after it, if at all."""
    outer = asyncio.current_task()
    if outer is None:  # Something else runs this coroutine, and cannot cancel it.
        await asyncio.wait([inner])
        return
    seen = CANCELLATIONS.seen(outer)
    texts: list[str | None] = []
    UNCANCELLED[outer] = inner
    try:
        while not inner.done():
            try:
                await asyncio.wait([inner])
            except asyncio.CancelledError as error:
                texts.append(error.args[0] if error.args else None)
    finally:
        del UNCANCELLED[outer]
    if texts:
        CANCELLATIONS.defer(outer, seen, reduce(first_text, texts))


async def _as_task(call: Callable[[], Awaitable[T]]) -> T:
    return await call()
