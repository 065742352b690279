"""The cancellation of tasks, which are asyncio's own.

asyncio's cancellation fits the contract in all but four points, which are dealt with
here:

- asyncio passes each `Task.cancel` on to the task that is awaited, and so interrupts
  the clean-up of that one, though the outer task has not seen the first cancellation
  yet.  So what a cancelled task waits for is remembered, for all drivers of the
  process, and as long as it waits for that, it is not cancelled again.
- Of a cancelled task, asyncio gives the text to the first who asks: see `_keep_text`.
- A task that cancels itself would see this at its next await, or never: it is cancelled
  in the next turn of the loop, and keeps its value if it has ended by then.
- asyncio cancels a chain of tasks by recursion, and exceeds the recursion limit where
  the chain is long or has no end: see `cancel_task`.

asyncio counts the cancellations that were requested of a task, `Task.cancelling`, and
whoever ends one takes it back with `Task.uncancel`.  That is how a scope tells its own
cancellation from others (see `AsyncioScope`), and `asyncio.timeout` likewise.  So what
is done here leaves the count right: a cancellation that comes while the task is in
`uncancelled` stays counted, and is raised later only if nobody has taken it back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from weakref import WeakKeyDictionary, ref

from txaio_asyncio._future import AsyncioOwner
from txaio_common import NO_TASK, CancelScope, find_path


T = TypeVar("T")
Task = asyncio.Task[Any]

MAX_CHAIN = 100
"""How many tasks that wait each for the next asyncio may cancel by recursion."""


class Cancellations:
    """What the process knows of the tasks that were cancelled."""

    def __init__(self) -> None:
        """Know of none."""
        self._unseen: WeakKeyDictionary[Task, ref[Any]] = WeakKeyDictionary()
        """What tasks waited for when they were cancelled, and had to wait for."""
        self._uncounted: WeakKeyDictionary[Task, int] = WeakKeyDictionary()
        """The number of requests of which `Task.cancelling` does not know."""
        self._deferred: WeakKeyDictionary[Task, int] = WeakKeyDictionary()
        """Tasks that were cancelled inside `uncancelled` and have just left it.

        With them, the number of requests of which they had seen the cancellation.
        """

    def requests(self, task: Task) -> int:
        """Return the number of cancellations requested, less those taken back."""
        return task.cancelling() + self._uncounted.get(task, 0)

    def take_back(self, task: Task) -> None:
        """Take back one of them."""
        if self._uncounted.get(task):
            self._uncounted[task] -= 1
        else:
            task.uncancel()

    def cancel_task(self, task: Task, message: str | None) -> None:
        """Cancel *task* and, as asyncio does, the tasks that it waits for.

        asyncio goes from each task to the one that it waits for by recursion.  In a
        long chain only the innermost task is cancelled: the others see it when that one
        has ended, as they would anyhow.  Tasks that wait for each other in a circle are
        all ended by the first that is resumed.

        `_fut_waiter` is private to asyncio.  Without it, a second cancellation would
        interrupt the clean-up of what *task* waits for, as told above.
        """
        loop = task.get_loop()
        if task is asyncio.current_task(loop):
            loop.call_soon(self._cancel_self, task, message)
            return
        before = task.cancelling()
        chain: dict[Task, Any] = {}
        awaited: Any = task
        while isinstance(awaited, asyncio.Task) and awaited not in chain:
            waits_for = _awaited(awaited)
            if waits_for is not None and self._is_unseen(awaited, waits_for):
                break
            chain[awaited] = waits_for
            awaited = waits_for
        innermost = list(chain)[-1] if chain else None
        if awaited in chain:
            _break_await_cycle(awaited, message)
        elif innermost is not None and not isinstance(awaited, asyncio.Task):
            (innermost if len(chain) > MAX_CHAIN else task).cancel(message)
        self._remember(chain, message)
        if task.cancelling() == before:
            self._uncounted[task] = self._uncounted.get(task, 0) + 1

    def interrupt(self, task: Task) -> None:
        """Cancel *task* even if it has not seen an earlier cancellation."""
        self._unseen.pop(task, None)
        self.cancel_task(task, None)

    def _cancel_self(self, task: Task, message: str | None) -> None:
        """Cancel *task*, which asked for it in the last turn of the loop."""
        if not task.done():
            self.cancel_task(task, message)
        else:
            self._pass_on(task, message)

    def seen_requests(self, task: Task) -> int:
        """Return the number of requests of which *task* has seen the cancellation."""
        return self._deferred.get(task, task.cancelling())

    def defer(self, task: Task, before: int, message: str | None) -> None:
        """Raise in *task*, at its next await, what came while it was in `uncancelled`.

        There were *before* requests when that began.
        """
        self._deferred[task] = before
        task.get_loop().call_soon(self._cancel_again, task, before, message)

    def _cancel_again(self, task: Task, before: int, message: str | None) -> None:
        """Do that, unless the requests that came since then have been taken back."""
        self._deferred.pop(task, None)
        if task.done():
            self._pass_on(task, message)
        elif task.cancelling() > before:
            task.uncancel()
            self.cancel_task(task, message)

    def _pass_on(self, task: Task, message: str | None) -> None:
        """Raise a cancellation in those that were cancelled while they awaited *task*.

        It has ended with a value, and has not seen it.
        """
        if _has_failed(task):
            return
        for outer, waits_for in list(self._unseen.items()):
            if waits_for() is task and self._is_unseen(outer, _awaited(outer)):
                outer.uncancel()
                outer.cancel(message)

    def _is_unseen(self, task: Task, waits_for: Any) -> bool:
        """Tell whether *task* was cancelled, and has not been resumed since."""
        known = self._unseen.get(task)
        return known is not None and known() is waits_for

    def _remember(self, chain: dict[Task, Any], message: str | None) -> None:
        for task, waits_for in chain.items():
            if message is not None:
                _keep_text(task, message)
            if waits_for is not None and not waits_for.done():
                self._unseen[task] = ref(waits_for)


CANCELLATIONS = Cancellations()
"""Those of the process: two drivers may have the same loop."""


class AsyncioScope(CancelScope):
    """Cancels a block of a task, which may be any task of asyncio."""

    was_seen: bool
    _task: Task
    _before: int
    _requested: bool = False
    _number: int
    """The number of requests with that of this scope."""

    async def enter(self) -> None:
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError(NO_TASK)
        self._task = task
        self._before = CANCELLATIONS.requests(task)

    def cancel(self) -> None:
        self._requested = True
        if self._task is asyncio.current_task(self._task.get_loop()):
            self._task.cancel()
        else:
            CANCELLATIONS.cancel_task(self._task, None)
        self._number = self._task.cancelling()

    async def leave(self, error: BaseException | None) -> bool:
        task = self._task
        self.check_leaves(task is asyncio.current_task())
        if not self._requested:
            return False
        is_pending = getattr(task, "_must_cancel", False)
        self.was_seen = not is_pending and self._number <= CANCELLATIONS.seen_requests(
            task
        )
        CANCELLATIONS.take_back(task)
        if is_pending:
            # It was requested after the last await.  Before 3.13, `uncancel` does not
            # take this back: it is raised, and caught, here.
            try:
                await asyncio.sleep(0)
            except asyncio.CancelledError:
                if CANCELLATIONS.requests(task) > self._before:
                    raise
        is_own = (
            isinstance(error, asyncio.CancelledError)
            and CANCELLATIONS.requests(task) <= self._before
        )
        self.was_seen = self.was_seen or is_own
        return is_own


async def uncancelled(
    loop: asyncio.AbstractEventLoop, call: Callable[[], Awaitable[T]]
) -> T:
    """Await ``call()`` to its end, in a task of its own."""
    inner = loop.create_task(_as_task(call))
    outer = asyncio.current_task()
    before = 0 if outer is None else CANCELLATIONS.seen_requests(outer)
    interrupted: tuple[Any, ...] | None = None
    while not inner.done():
        try:
            await asyncio.wait([inner])
        except asyncio.CancelledError as error:
            interrupted = error.args[:1]
    if interrupted is not None and outer is not None:
        message = interrupted[0] if interrupted else None
        CANCELLATIONS.defer(outer, before, message)
    try:
        return inner.result()
    finally:
        # What is raised keeps this frame, which must not keep the tasks.
        del inner, outer


async def _as_task(call: Callable[[], Awaitable[T]]) -> T:
    return await call()


def _keep_text(task: Task, text: str) -> None:
    """Have all who ask *task* for its outcome see *text* if it ends as cancelled.

    A cancelled future keeps its text in a private attribute, which a task loses as it
    ends.  It is set again by the first of the callbacks, before any other asks; those
    that were added are put behind it.
    """

    def keep(task: Task) -> None:
        if task.cancelled():
            task._cancel_message = text  # type: ignore[attr-defined]  # noqa: SLF001

    added: Any = task._callbacks or ()  # noqa: SLF001
    callbacks = list(added)
    for callback, _context in callbacks:
        task.remove_done_callback(callback)
    task.add_done_callback(keep)
    for callback, context in callbacks:
        task.add_done_callback(callback, context=context)


def _has_failed(task: Task) -> bool:
    # `exception()` would count as retrieving.
    return task.cancelled() or task._exception is not None  # type: ignore[attr-defined]  # noqa: SLF001


def _awaited(task: Task) -> Any:
    return getattr(task, "_fut_waiter", None)


def _awaits(future: Any) -> list[Any]:
    """Return the pending futures for which *future* waits."""
    if isinstance(future, asyncio.Task):
        found = [_awaited(future)]
    else:
        found = list(future.owned) if isinstance(future, AsyncioOwner) else []
    return [each for each in found if each is not None and not each.done()]


def break_owner_cycle(owner: AsyncioOwner, message: str | None) -> None:
    """Resume a task that waits for *owner*, which waits for it, with a cancellation."""
    for future in find_path(owner, owner, _awaits):
        if isinstance(future, asyncio.Task):
            _break_await_cycle(future, message)
            return


def _break_await_cycle(task: Task, message: str | None) -> None:
    """Resume *task*, which waits for itself through others, with a cancellation.

    Nothing that it waits for will ever be done, and `Task.cancel` would not return.  It
    is resumed by the callback with which it waits, given a future that was cancelled.
    The list of callbacks is private to asyncio; without it, such tasks could never end,
    and `asyncio.run` would end with a RecursionError in place of the value of main.
    """
    awaited = _awaited(task)
    cancelled = task.get_loop().create_future()
    cancelled.cancel(message)
    for callback, context in list(awaited._callbacks or ()):  # noqa: SLF001 - see above
        if getattr(callback, "__self__", None) is task:
            awaited.remove_done_callback(callback)
            task.get_loop().call_soon(callback, cancelled, context=context)
