"""Runs a program on every backend, and tells what is wrong.

What is compared are the events with their times, up to the first moment at which the
order of events in a turn may matter.  In addition, of every run it has to hold that

- all coroutines and timers have ended, and what is awaited has ended before its awaiter
  goes on (X5),
- no permit and no item of a primitive is lost or doubled, and every lock is free,
- calls and coroutines have the context in which they were asked for (V2),
- failures are reported when they are dropped, not when the collector finds them (R2),
  and only those that nothing retrieves.
"""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING, Any

from pytest_txaio import Backends
from random_programs._garbage import COUNTS_REFERENCES
from random_programs._program import OWNERS, Program, steps_of
from random_programs._queues import Queues
from random_programs._run import Boom, Event, Reported
from random_programs._steps import Steps
from random_programs._tasks import Tasks


if TYPE_CHECKING:
    from pytest_txaio import Host
    from txaio_interfaces import IBackend

BACKENDS = Backends({}, "")
"""The backends that are installed and have virtual time."""
MAX_DURATION = 20_000.0
"""Virtual seconds after which every program has ended."""
GRACE = 5.0
"""Seconds that coroutines have at the end, before they are interrupted."""
BEGIN = 1024.0
"""The time at which programs begin, where the clock can be set.

It has few digits, so that sums with it are exact.
"""


class AllSteps(Steps, Queues, Tasks):
    """The steps of all kinds."""


@dataclass
class Result:
    """What came of a program on one backend."""

    events: list[Event] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    reports: list[BaseException] = field(default_factory=list)
    hazard: float = inf

    def until(self, time: float) -> list[Event]:
        """Return the events before *time*; their order in a turn is unspecified."""
        events = [event for event in self.events if event[0] < time]
        return sorted((round(when, 6), *what) for when, *what in events)

    def reported(self) -> Counter[str]:
        """Return the errors that were reported, and how often."""
        return Counter(f"{type(error).__name__} {error}" for error in self.reports)


@dataclass
class Finding:
    """What is wrong with a program."""

    program: Program
    kind: str
    text: str

    def __str__(self) -> str:
        return f"{self.kind}\n{self.program}\n{self.text}"


def examine(program: Program, names: Sequence[str] = ()) -> Finding | None:
    """Return what is wrong with *program*, if anything is.

    On the backends with these *names*, or all.  If there is only one, two runs on it
    are compared.
    """
    first, *others = names or BACKENDS.names
    expected = run_on(first, program)
    results = [(name, run_on(name, program)) for name in others or [first]]
    for name, result in [(first, expected), *results]:
        if result.problems:
            return Finding(program, f"problem on {name}", "\n".join(result.problems))
        for error in result.reports:
            if not _may_be_reported(error, program):
                return Finding(program, f"report on {name}", repr(error))
    if program.is_coarse:
        return None
    hazard = min(expected.hazard, *(result.hazard for _name, result in results))
    for name, result in results:
        if expected.until(hazard) != result.until(hazard):
            text = _difference({first: expected, name: result}, hazard)
            return Finding(program, f"events on {first} and {name}", text)
        if hazard == inf and expected.reported() != result.reported():
            text = f"{first}: {expected.reported()}\n{name}: {result.reported()}"
            return Finding(program, f"reports on {first} and {name}", text)
    return None


def run_on(name: str, program: Program) -> Result:
    """Return what comes of *program* on the backend called *name*."""
    with BACKENDS.open(name) as host:
        host.use_clock("virtual")
        if host.virtual is not None:
            host.virtual.now = BEGIN
        host.unit = program.scale
        result = _run_on_host(host, program)
        if COUNTS_REFERENCES:
            result.reports = list(host.reports)
            gc.collect()
            late = host.reports[len(result.reports) :]
            if late:
                result.problems.append(f"reported by the collector only: {late}")
    return result


def _run_on_host(host: Host, program: Program) -> Result:
    runs: list[AllSteps] = []

    async def main(txa: IBackend) -> None:
        runs.append(AllSteps(txa, program))
        await _run_in_main(host, txa, runs[0])

    problems: list[str] = []
    try:
        host.run(main, debug=program.debug)
    except Exception as error:  # noqa: BLE001 - that is the problem
        problems.append(f"run raised {error!r}")
    (run,) = runs
    if program.mode == "leave":
        run.problems += run.objects.problems(is_running=False)
    run.let_go(host.reports)
    problems += run.problems
    if run.started:
        problems.append(f"{run.started} coroutines have not ended")
    return Result(run.events, problems, hazard=run.hazard)


async def _run_in_main(host: Host, txa: IBackend, run: AllSteps) -> None:
    program = run.program
    driver: Any = txa.driver  # type: ignore[attr-defined]
    tasks = driver.statistics().tasks
    if program.mode == "inline":
        await _run_inline(txa, run)
    else:
        future = txa.as_future(run.run, program.step)
        run.targets[~program.step.number] = future
        run.listen(future, "")
        if program.mode == "leave":
            # From then on coroutines are interrupted.
            grace = 0 if _cancels_members(program) else GRACE
            run.hazard = program.ends[0] + grace * program.scale
            await txa.sleep(program.ends[0])
            return
        for number, when in enumerate(program.ends):
            txa.call_later(when, txa.cancel, future, f"end {number}")
        del future
    await txa.sleep(MAX_DURATION)
    left = set(driver.statistics().tasks) - set(tasks)
    run.check(not left, f"left {left}")
    run.problems += run.objects.problems(is_running=True)
    run.check(not host.timers(txa), f"left {host.timers(txa)}")


async def _run_inline(txa: IBackend, run: AllSteps) -> None:
    try:
        async with txa.move_on_after(run.program.ends[0]) as scope:
            await run.run(run.program.step)
    except (Boom, TimeoutError, txa.CancelledError) as error:
        run.record("main", type(error).__name__)
    run.record("main", f"expired {scope.expired}")


def _may_be_reported(error: BaseException, program: Program) -> bool:
    if isinstance(error, Reported):
        return True
    if "has ended" in str(error):
        return program.mode == "leave"
    # What they follow may fail after they were cancelled.
    abandons = {"shield", "timeout", *(["shared"] if program.is_coarse else [])}
    abandons |= {"race", "completed", "background", "share", "call_shared"}
    return isinstance(error, (Boom, TimeoutError)) and any(
        step.kind in abandons for step in steps_of(program.step)
    )


def _cancels_members(program: Program) -> bool:
    """Return True if primitives cancel their tasks as they are cancelled themselves.

    At the end tasks are cancelled in any order, so that is once or twice (X9).
    """
    return any(step.kind in OWNERS for step in steps_of(program.step))


def _difference(results: dict[str, Result], hazard: float) -> str:
    """Return the events, up to the first time at which both *results* differ."""
    (one, other) = (Counter(result.until(hazard)) for result in results.values())
    only = dict(zip(results, (one - other, other - one), strict=True))
    last = min(event[0] for events in only.values() for event in events)
    lines: list[str] = []
    for event in sorted(one | other):
        if event[0] <= last:
            names = [f" on {name} only" for name in only if event in only[name]]
            lines.append(f"{event[0]:.6f} {event[1]}: {event[2]}{''.join(names)}")
    return "\n".join(lines)
