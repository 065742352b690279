"""What asyncio keeps private of its tasks.

- What a task waits for, `_fut_waiter`: without it, a second cancellation would
  interrupt the clean-up of what the task waits for (see `_task`).
- The text of a cancelled task, and the list of its callbacks.
- Its exception, as `Task.exception` counts as retrieving it.

And of its futures, the traceback with which they raise.  Those of CPython raise with it
once, and then with none: a later traceback begins where the future was awaited, and
does not show where the error arose.  So it is kept for the calls that go through a
driver.  An `await` is asyncio's own, with no call of ours in it: the second one is
without.

It is kept in the attribute for the text of a cancellation, which a future that has
failed does not need, as asyncio's futures have no others that can be set.  A dictionary
of futures would keep those for ever that a frame of the traceback refers to.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from types import TracebackType
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary, ref

from txaio_asyncio._future import AsyncioOwner
from txaio_common import UNSET, FailedFuture, find_path


Task = asyncio.Task[Any]

_LATE_TEXTS: WeakKeyDictionary[Task, str] = WeakKeyDictionary()
"""The texts of tasks whose cancellation has none of its own: see `keep_late_text`."""


class Unseen(NamedTuple):
    """A cancellation that is raised in a task when what it waits for has ended."""

    waits_for: ref[Any]
    """What the task waited for then; if it waits for another, it has seen this."""
    message: str | None
    innermost: ref[Task]
    """The last task of the chain that was cancelled at once, which sees it first."""


UNSEEN: WeakKeyDictionary[Task, Unseen] = WeakKeyDictionary()
"""The last cancellation of each task that was cancelled while it waited."""

UNCANCELLED: WeakKeyDictionary[Task, Task] = WeakKeyDictionary()
"""By each task that is inside `uncancelled`, the one that runs what it awaits there."""


def keep_text(task: Task) -> None:
    """Keep the text of *task*, which was cancelled, for each call that asks for it.

    A cancelled future keeps its text in a private attribute, which a task loses as it
    ends: the first call gets what was raised, the others get nothing.  So this is the
    first of the callbacks of a task.
    """
    try:
        task.result()
    except asyncio.CancelledError as error:
        keep_text_of(task, error)


def keep_text_of(future: Any, error: asyncio.CancelledError) -> None:
    """Keep the text of *error*, which *future* has raised, for the next that asks it.

    For the calls that may ask a task before its callbacks are called.
    """
    if not error.args and future in _LATE_TEXTS:
        error.args = (_LATE_TEXTS[future],)
    future._cancel_message = error.args[0] if error.args else None  # noqa: SLF001


def keep_late_text(task: Task, message: str) -> None:
    """Have *task* end with the text *message*, if what it is about to see has none.

    It was cancelled before, say by a deadline, and has not seen that: asyncio drops the
    texts of all cancellations but the first.  So do the tasks of other backends, whose
    `Cancellation.late_text` is this.
    """
    _LATE_TEXTS.setdefault(task, message)
    keep_text_first(task)


def keep_traceback(future: Any, traceback: TracebackType | None) -> None:
    """Keep *traceback*, that of the exception of *future*, which has failed."""
    future._cancel_message = UNSET if traceback is None else traceback  # noqa: SLF001


def failure_of(future: Any, exception: BaseException) -> FailedFuture:
    """Return the failure of *future*: its *exception*, and the traceback kept of it.

    A future that asyncio has settled has none kept before this.
    """
    failure = FailedFuture(exception)
    kept = future._cancel_message  # noqa: SLF001 - see above
    if kept is UNSET:  # It was not raised before.
        failure.traceback = None
    elif not isinstance(kept, TracebackType):
        keep_traceback(future, failure.traceback)
    else:
        failure.traceback = kept
        if not _goes_on_with(exception.__traceback__, kept):
            exception.with_traceback(kept)  # An `await` has dropped it.
    return failure


def _goes_on_with(traceback: TracebackType | None, kept: TracebackType) -> bool:
    """Tell whether *traceback* is *kept*, or has it after frames that came later."""
    while traceback is not None and traceback is not kept:
        traceback = traceback.tb_next
    return traceback is kept


def keep_text_first(task: Task) -> None:
    """Have `keep_text` called before all callbacks of *task*, if it is cancelled."""
    added: Any = task._callbacks or ()  # noqa: SLF001
    callbacks = list(added)
    for callback, _context in callbacks:
        task.remove_done_callback(callback)
    task.add_done_callback(_keep_text_if_cancelled)
    for callback, context in callbacks:
        task.add_done_callback(callback, context=context)


def _keep_text_if_cancelled(task: Task) -> None:
    if task.cancelled():
        keep_text(task)


def has_failed(task: Task) -> bool:
    """Tell whether *task*, which has ended, has raised an error."""
    return task._exception is not None  # noqa: SLF001


def awaited_by(task: Task) -> Any:
    """Return the future for which *task* waits, or None."""
    return getattr(task, "_fut_waiter", None)


def _awaits(future: Any) -> Sequence[Any]:
    """Return what *future* waits for; either may be None, which waits for nothing."""
    if isinstance(future, asyncio.Task):
        return [UNCANCELLED.get(future) or awaited_by(future)]
    return future.owned if isinstance(future, AsyncioOwner) else ()


def break_cycle_through(future: Any, message: str | None) -> None:
    """Resume a task with a cancellation if *future* waits for itself through it.

    *future* is an `AsyncioOwner`, or a task that is inside `uncancelled` or is to see
    an earlier cancellation when what it waits for has ended.
    """
    path = find_path(future, future, _awaits)
    # Neither those inside `uncancelled` nor what runs there are interrupted.
    outer = [each for each in path if each in UNCANCELLED]
    spared = {*outer, *map(UNCANCELLED.get, outer)}
    for each in path:
        if isinstance(each, asyncio.Task) and each not in spared:
            break_await_cycle(each, message)
            return


def break_await_cycle(task: Task, message: str | None) -> None:
    """Resume *task*, which waits for itself through others, with a cancellation.

    Nothing that it waits for will ever be done, and `Task.cancel` would not return.  It
    is resumed by the callback with which it waits, given a future that was cancelled.
    The list of callbacks is private to asyncio; without it, such tasks could never end,
    and `asyncio.run` would end with a RecursionError in place of the value of main.
    """
    awaited = awaited_by(task)
    cancelled = task.get_loop().create_future()
    cancelled.cancel(message)
    for callback, context in list(awaited._callbacks or ()):  # noqa: SLF001 - see above
        if getattr(callback, "__self__", None) is task:
            awaited.remove_done_callback(callback)
            task.get_loop().call_soon(
                _resume, task, callback, cancelled, context=context
            )


def _resume(task: Task, callback: Any, cancelled: Any) -> None:
    UNSEEN.pop(task, None)  # It sees it now, and may wait for the same task again.
    callback(cancelled)
