"""The mutants that are known to survive, each with the reason."""

from __future__ import annotations


LIMIT = "one more or less makes no difference"
SHORTCUT = "it saves a call, which asks the same"
MOMENT = "the times are hardly ever equal, and either is right then"

BOTH = "both are None, or neither"
EARLY = "it is set before it is used"
SETTLED = "to settle a future that was cancelled does nothing"
CYCLE = "it saves a search: those in a cycle cancel it once more"
IMPORT = "backends run it as they are imported, and not the tests that notice it"
ELSEWHERE = "only tests that do not run here notice it, of another package or of all"
FALSE = "None is false as well"
TYPES = "type checkers alone do not know it"
COUNT = "how many calls were cancelled need not be exact"
SLOWER = "it does the same, and takes longer"
RESOLUTION = "but on Windows, clocks tick in nanoseconds, and that is how early it is"
TWISTED = "only another version of Twisted shows it"
SUSPENDS = "the contract leaves open whether the await of a settled future suspends"
FRAMES = "only the frames of Python 3.12 and 3.13 keep what it lets go of"
SEARCH = "it saves a search for a cycle, where there can be none"
CHANGES = "only whether it has changed, or by how much, is asked"

KNOWN: dict[str, dict[str, str]] = {
    "txaio_common._base_future": {
        "BaseFuture.force_in_cycle: return False -> return None": FALSE,
        "OwningFuture: False -> True": CYCLE,
        "OwningFuture.cancel: is_repeated -> True": CYCLE,
    },
    "txaio_common._base_task": {
        "BaseTask.cancel: self.outcome is not None -> False": ELSEWHERE,
        "BaseTask.cancel: self.cancel_settled() -> pass": ELSEWHERE,
        "BaseTask.cancel: return -> pass": (
            "what follows does nothing to a coroutine that has ended"
        ),
        "BaseTask.cancel: task.deliver_soon() -> pass": ELSEWHERE,
        "BaseTask.cancel: del self, task, inner, passed -> pass": FRAMES,
        "BaseTask.resume_error: isinstance(awaited, BaseFuture) -> True": ELSEWHERE,
        "BaseTask.leave_shield: self.deliver_soon() -> pass": ELSEWHERE,
        "BaseTask.awaits: self.awaited is None -> False": (
            "`_awaits`, which asks, leaves None out"
        ),
        "BaseTask.force_in_cycle: return False -> return None": FALSE,
    },
    "txaio_anyio._asyncio": {
        "AsyncioLoop.__init__: self.grain -> False": RESOLUTION,
        "AsyncioLoop.__init__: self.grain -> True": RESOLUTION,
    },
    "txaio_anyio._driver": {
        "AnyioDriver._end_tasks: self.generators.uninstall() -> pass": (
            "the loop ends soon after, and restores the hooks that were there before"
        ),
    },
    "txaio_anyio._future": {
        "Waiter.is_interrupted: return False -> return None": FALSE,
        "AnyioFuture.__await__: self.outcome is not None -> True": TYPES,
        "AnyioFuture.__await__: self.outcome is not None and"
        " self.outcome.failure is None -> False": SHORTCUT,
        "AnyioFuture.settle: outcome.failure is not None -> True": (
            "what would report no failure reports nothing"
        ),
    },
    "txaio_anyio._scheduler": {
        ": 64 -> 65": LIMIT,
        "Scheduler.__init__: 0 -> 1": LIMIT,
        "Scheduler.push: self._asleep -> True": SHORTCUT,
        "Scheduler.call_soon: self._asleep -> True": SHORTCUT,
        "Scheduler.forget: 1 -> 2": COUNT,
        "Scheduler.forget: self._cancelled > MAX_CANCELLED_CALLS"
        " -> self._cancelled >= MAX_CANCELLED_CALLS": LIMIT,
        "Scheduler.forget: self._cancelled * 2 > len( self._heap )"
        " -> self._cancelled * 2 >= len(\n            self._heap\n        )": LIMIT,
        "Scheduler.forget: 2 -> 3": LIMIT,
        "Scheduler.forget: 0 -> 1": COUNT,
        "Scheduler.discard: self._closing -> True": (
            "the scheduler makes a turn in which there is nothing to do"
        ),
        "Scheduler._collect: heap -> True": SHORTCUT,
        "Scheduler._collect: 0.0 -> 1.0": "there is nothing to compare it with",
        "Scheduler._is_done: return False -> return None": FALSE,
    },
    "txaio_anyio._task": {
        "AnyioTask.deliver_soon: self.cancellation.is_pending -> True": SHORTCUT,
        "AnyioTask._interrupt: state == unseen -> True": (
            "a block that has seen its own raises the other cancellation at its end"
        ),
        "AnyioTask.run: 1 -> 2": "a cancellation of asyncio has one text at most",
    },
    "txaio_anyio._trio": {
        "TrioLoop.__init__: self.new_scope = trio.CancelScope -> pass": SLOWER,
        "TrioLoop.sleep: self._alarm.deadline != until -> True": SLOWER,
    },
    "txaio_asyncio._driver": {
        "AsyncioDriver.create_owner: not isinstance(loop, asyncio.AbstractEventLoop)"
        " -> True": SHORTCUT,
        "AsyncioDriver.call_back: type(result) is CoroutineType -> True": SHORTCUT,
        "AsyncioDriver._end: task.cancelled() -> True": SHORTCUT,
        "AsyncioDriver.result: future._exception is None -> False": SLOWER,
        "AsyncioDriver._end: explain_foreign_await(error) -> pass": ELSEWHERE,
        "AsyncioDriver.running:"
        " return [Running(task.get_coro(), awaited_by(task)) for task in tasks]"
        " -> return None": ELSEWHERE,
    },
    "txaio_asyncio._future": {
        "AsyncioOwner: False -> True": SEARCH,
        "AsyncioOwner.cancel: is_repeated -> True": SEARCH,
    },
    "txaio_asyncio._scope": {
        "AsyncioScope.leave: return False -> return None": "either is false",
        "AsyncioScope.leave: self._number < CANCELLATIONS.seen(task).until"
        " -> self._number <= CANCELLATIONS.seen(task).until": "no numbers are equal",
    },
    "txaio_asyncio._task": {
        ": 100 -> 101": LIMIT,
        "Cancellations.cancel_task: len(chain) > MAX_CHAIN"
        " -> len(chain) >= MAX_CHAIN": LIMIT,
        "Cancellations._break_cycle: innermost is not None and not innermost.done()"
        " -> False": SEARCH,
        "Cancellations._break_cycle: waits_for.done() -> False": SEARCH,
        "Cancellations._break_cycle: return -> pass": SEARCH,
        "Cancellations._pass_on: outer is not None -> True": (
            "only another thread can have let go of it since it was listed"
        ),
        "Cancellations._remember: not waits_for.done() -> True": (
            "the task is about to be resumed, and another cancellation is one with this"
        ),
    },
    "txaio_common._bucket_runs": {
        ": 2000 -> 2001": LIMIT,
        "BucketRuns._count: self._total < limit -> self._total <= limit": LIMIT,
        "BucketRuns._run_chunk: type(result) is CoroutineType -> True": SHORTCUT,
        "BucketRuns._run_chunk: del args, result -> pass": FRAMES,
        "BucketRuns.add: driver.now() - bucket.edge > self._width"
        " -> driver.now() - bucket.edge >= self._width": MOMENT,
        "BucketRuns._is_behind: self._made * self._width"
        " < self._total * (now - self._began_at) -> self._made * self._width"
        " <= self._total * (now - self._began_at)": MOMENT,
        "BucketRuns._run: now >= limit -> now > limit": MOMENT,
    },
    "txaio_common._batched": {
        "BatchedTimer.__init__: 1 -> 2": "no clock is below zero",
        "BatchedTimer._fire: bucket.edge - driver.now() > CLOCK_TOLERANCE"
        " -> bucket.edge - driver.now() >= CLOCK_TOLERANCE": MOMENT,
        "BatchedTimer.call_later: not callable(func) -> True": SHORTCUT,
    },
    "txaio_common._cancel_scope": {
        "TaskScope.cancel: del self -> pass": FRAMES,
    },
    "txaio_common._cancellation": {
        "Cancellation.__init__: 0 -> 1": CHANGES,
        "Cancellation.cancel: self.message = message -> pass": (
            "the future has the text by `late_text`"
        ),
        "Cancellation.resume: self.seen += 1 -> self.seen -= 1": CHANGES,
        "Cancellation.resume: 1 -> 2": CHANGES,
    },
    "txaio_common._combinators": {
        'gather: not hasattr(type(member), "__await__") -> True': SHORTCUT,
        "gather: isinstance(m, own) -> False": SHORTCUT,
        "Gather.__init__: self._message: str | None = None -> pass": EARLY,
        "Gather._cancel: self._is_over -> False": "it has no members by then",
        "Timeout.follow: not self._cancelling -> True": (
            "a future that ends within `cancel` is cancelled, and not reported anyway"
        ),
        "Timeout.follow: return -> pass": SETTLED,
        "Timeout._cancel: self._message = message -> pass": (
            "what it cancels has the same text"
        ),
    },
    "txaio_common._failures": {
        "hide_frames_of: _own_folders.add(folder + separator) -> pass": IMPORT,
        "traceback_of: isinstance(kept, TracebackType) -> True": ELSEWHERE,
    },
    "txaio_common._futures": {
        "follow: isinstance(awaitable, driver.own_type) -> False": SHORTCUT,
    },
    "txaio_common._thread_errors": {"carried_error: is_carrier -> True": ELSEWHERE},
    "txaio_common._main": {
        "end_tasks: TURNS_FOR_THREADS - 1 -> TURNS_FOR_THREADS + 1": LIMIT,
        "end_tasks: 1 -> 2": LIMIT,
        "end_tasks: call = partial(driver.call_soon, call) -> pass": (
            "on most loops one turn is enough"
        ),
        ": 3 -> 4": LIMIT,
    },
    "txaio_common._scopes": {
        "Scope.__aexit__: del self, error -> pass": (
            "only a native task of AnyIO is kept by it, as a test of that backend finds"
        ),
    },
    "txaio_common._timers": {
        "DelayedCall.make: context is None -> False": BOTH,
        "DelayedCall.make: func is None -> False": BOTH,
        "DelayedCall.make: type(result) is CoroutineType -> True": SHORTCUT,
        "DelayedCall.make: del args, result -> pass": FRAMES,
    },
    "txaio_twisted._task": {
        "TwistedTask.interrupt: self.awaited_task() is None -> True": (
            "each await raises by then, whichever call has interrupted what it awaits"
        ),
        "TwistedTask.cancel_wait: del self -> pass": FRAMES,
        "TwistedTask.resume_after: del self -> pass": FRAMES,
        "TwistedTask.wait_for: is_ours -> False": SHORTCUT,
        "TwistedTask.wait_for: del self -> pass": FRAMES,
        "_Steps._advance: self._task.requested is not None -> True": SHORTCUT,
    },
    "txaio_twisted._future": {
        "TwistedFuture.__await__: self.outcome is not None"
        " and self.outcome.is_cancellation -> True": SUSPENDS,
        "TwistedFuture.__await__: self.outcome.is_cancellation -> True": SUSPENDS,
        "TwistedFuture.__await__: self.outcome.failure is None -> False": SHORTCUT,
        "TwistedFuture.settle: DEFERREDS_CLEAN_FAILURES -> True": TWISTED,
        "TwistedFuture.settle: self._debugInfo is not None -> True": SHORTCUT,
    },
    "txaio_twisted._driver": {
        ": 20 -> 21": LIMIT,
        "TwistedDriver.cancel: del future -> pass": FRAMES,
        "TwistedDriver.spawn: del task -> pass": FRAMES,
        "TwistedDriver.spawn: self.generators is None -> True": SHORTCUT,
        "TwistedDriver.spawn: queue.starting < MAX_NESTED_STARTS"
        " -> queue.starting <= MAX_NESTED_STARTS": LIMIT,
    },
    "txaio_twisted._queue": {
        ": 5000 -> 5001": LIMIT,
        "CallbackQueue.__init__: self.step_hooks: tuple[Callable[..., Any],"
        " Callable[..., Any]] | None = None -> pass": EARLY,
    },
    "txaio_twisted._failures": {
        ': [*map(int, __version__.split(".")[:2])] < [24, 10]'
        ' -> (not [*map(int, __version__.split(".")[:2])] < [24, 10])': TWISTED,
        ': [*map(int, __version__.split(".")[:2])] < [24, 10]'
        ' -> [*map(int, __version__.split(".")[:2])] <= [24, 10]': TWISTED,
        ": 2 -> 3": TWISTED,
        ": 24 -> 25": TWISTED,
        ": 10 -> 11": TWISTED,
    },
    "txaio_twisted._wall_clock": {
        "WallClockCall.__call__: remaining > TOLERANCE -> remaining >= TOLERANCE": (
            MOMENT
        ),
        "WallClock.check: now < self._next_check -> now <= self._next_check": MOMENT,
        "WallClock.check: abs(difference - self._difference) < DIFFERENCE"
        " -> abs(difference - self._difference) <= DIFFERENCE": MOMENT,
    },
}
"""By module, reasons by what `Mutant.key` returns."""
