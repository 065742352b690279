"""A run of a program: what its steps have in common."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from contextvars import ContextVar
from math import inf
from traceback import walk_stack, walk_tb
from typing import TYPE_CHECKING, Any

from random_programs._objects import Objects
from random_programs._program import Program, Step, relatives
from txaio_primitives import Shared


if TYPE_CHECKING:
    from txaio_interfaces import IBackend, IFuture

Event = tuple[float, str, str]
"""The time, the step, and what happens there."""
PLACE: ContextVar[str] = ContextVar("PLACE", default="")
"""The step that the coroutine runs."""
COROUTINE: ContextVar[object] = ContextVar("COROUTINE", default=None)
"""A name of its own for each coroutine: a step may run twice at the same time."""


class Boom(Exception):
    """Raised by a step that fails."""


class Reported(Exception):
    """Raised where nothing but a report can come of it."""


def text_of(value: object) -> str:
    """Return a text for the *value* of a future, which is the same on all backends."""
    if isinstance(value, list):
        return ", ".join(map(text_of, value))
    error = getattr(value, "value", None)
    return str(value) if error is None else type(error).__name__


class Run:
    """One run of a program, and its events."""

    def __init__(self, txa: IBackend, program: Program) -> None:
        """Run *program* on *txa*."""
        self.txa: Any = txa
        self.program = program
        self.events: list[Event] = []
        self.problems: list[str] = []
        self.errors: list[BaseException] = []
        self.started = 0
        """The number of coroutines that have begun, less those that have ended."""
        self.hazard = inf
        """The time from which on the order of events in a turn may matter.

        That order is unspecified, so events are compared until then.
        """
        self.failures: Counter[tuple[int, float]] = Counter()
        self.targets: dict[int, Any] = {}
        """What steps have made, by their numbers; their coroutines, by the inverse."""
        self.unowned: set[int] = set()
        """The targets that may be settled by others."""
        self.moved: dict[int, float] = {}
        """The times at which steps began or ended last, by their numbers."""
        self.protected = -inf
        """The time at which a step has left `uncancelled` last."""
        self.relatives = relatives(program.step)
        self.objects = Objects(txa, self.touch)
        """The primitives that the steps share."""
        self.touched: dict[str, tuple[float, object]] = {}
        """When each primitive was used last, and by which coroutine."""
        self.common = Shared(txa, self.run_shared)
        self.runs: Counter[str] = Counter()
        """How often `common` has run."""
        self.running: set[str] = set()
        """What `common` runs now."""
        self.failed: set[str] = set()
        """The places whose tasks have reported an error."""
        self._items: Counter[str] = Counter()
        self._began = txa.time()
        self.scale = program.scale
        self.is_coarse = program.is_coarse

    def now(self) -> float:
        """Return the time since the beginning."""
        now: float = self.txa.time() - self._began
        return now

    def record(self, place: str, what: object) -> None:
        """Add an event at the current time."""
        self.events.append((self.now(), place, str(what)))

    def compare_no_more(self) -> None:
        """Compare no events from now on: their order in this turn matters."""
        self.hazard = min(self.hazard, self.now())

    def touch(self, name: str, by: object = None) -> None:
        """Note that the primitive called *name* is used now.

        *by* is what does so, if it is no coroutine.  What uses it in the same turn does
        so in any order, so events are compared no more.
        """
        user = COROUTINE.get() if by is None else by
        when, last = self.touched.get(name, (-inf, user))
        if when == self.now() and last != user:
            self.compare_no_more()
        self.touched[name] = self.now(), user

    def new_item(self, place: str) -> str:
        """Return a text that no other item has, the same on all backends."""
        self._items[place] += 1
        return f"{place.rpartition('/')[2]}-{self._items[place]}"

    async def run_shared(self, name: str) -> str:
        """Run what steps share: see `_tasks`."""
        raise NotImplementedError(name)

    def check(self, holds: bool, problem: str) -> None:
        """Add *problem* unless something *holds*."""
        if not holds:
            self.problems.append(f"{problem} at {self.now()}")

    def let_go(self, reports: list[BaseException]) -> None:
        """Drop all futures, and those that the frames of steps refer to."""
        self.targets.clear()
        for error in [*self.errors, *reports]:
            for innermost, _line in walk_tb(error.__traceback__):
                for frame, _line in walk_stack(innermost):
                    name = frame.f_code.co_filename
                    if "random_programs" in name or "txaio_primitives" in name:
                        with suppress(RuntimeError):  # It runs.
                            frame.clear()
        self.errors.clear()

    async def run(self, step: Step, place: str = "") -> str:
        """Run *step* and record its outcome."""
        place = f"{place}/{step.kind}{step.number}"
        self.moved[step.number] = self.now()
        context = PLACE.get()
        try:
            value: str = await getattr(self, step.kind)(step, place)
        except self.txa.CancelledError as error:
            self.errors.append(error)
            self.record(place, f"cancelled {error}")
            raise
        except Exception as error:
            self.errors.append(error)
            self.record(place, type(error).__name__)
            raise
        else:
            self.record(place, value)
            return f"{step.number}({value})"
        finally:
            self.moved[step.number] = self.now()
            self.check(PLACE.get() == context, f"{place} lost its context")

    # Coroutines

    def spawn(
        self, step: Step, place: str, start: Callable[..., Any] | None = None
    ) -> IFuture[Any]:
        """Return the future of a coroutine that runs *step*.

        It is started by `as_future`, or by *start*.
        """
        future: IFuture[Any] = (start or self.txa.as_future)(
            self._run_alone, step, place, PLACE.get()
        )
        self.targets[~step.number] = future
        return future

    async def _run_alone(self, step: Step, place: str, context: str) -> str:
        self.check(PLACE.get() == context, f"{place} has not its caller's context")
        PLACE.set(place)
        COROUTINE.set(object())
        self.started += 1
        try:
            return await self.run(step, place)
        finally:
            self.started -= 1

    async def start(self, step: Step, place: str) -> list[Any]:
        """Return the futures of coroutines that run the parts of *step*."""
        futures = [self.spawn(part, place) for part in step.parts]
        await self.wait_for_start(step)
        return futures

    async def wait_for_start(self, step: Step) -> None:
        """Wait until what *step* has started runs: this takes its own time."""
        await self.protect(self.own_time, step)

    async def own_time(self, step: Step) -> None:
        """Wait for a short time that *step* has for itself, in any but coarse ones."""
        delay = 0.0 if self.is_coarse else (step.seconds or step.number + 1) / 4096
        await self.txa.sleep(delay)

    async def protect(self, fn: Callable[..., Any], *args: Any) -> Any:
        """Await ``fn(*args)`` without being cancelled meanwhile."""
        try:
            return await self.txa.uncancelled(fn, *args)
        finally:
            self.protected = self.now()

    async def own(self, future: Any, owned: list[Any], place: str) -> Any:
        """Await *future*; what it owns has ended by then (X5)."""
        try:
            return await future
        finally:
            is_over = all(map(self.txa.is_called, [future, *owned]))
            self.check(is_over, f"{place} went on before what it owns")

    # Calls

    def in_context(self, fn: Callable[..., object]) -> Callable[..., object]:
        """Return *fn*, which checks the context in which it is called (V2)."""
        context = PLACE.get()

        def call(*args: Any) -> object:
            self.check(PLACE.get() == context, f"a call of {context} lost its context")
            return fn(*args)

        return call

    def later(self, seconds: float, fn: Callable[..., object], *args: Any) -> Any:
        """Call *fn* after *seconds*."""
        return self.txa.call_later(seconds, self.in_context(fn), *args)

    def listen(
        self, future: Any, place: str, then: Callable[[], object] | None = None
    ) -> None:
        """Record the outcome of *future*, and call *then* unless it was cancelled."""

        def callback(value: Any) -> None:
            self.record(place, f"callback {text_of(value)}")
            if then is not None:
                then()

        def errback(fail: Any) -> None:
            is_cancelled = isinstance(fail.value, self.txa.CancelledError)
            text = fail.value if is_cancelled else ""
            self.record(place, f"errback {type(fail.value).__name__} {text}")
            if then is not None and not is_cancelled:
                then()

        self.txa.add_callbacks(
            future, self.in_context(callback), self.in_context(errback)
        )
