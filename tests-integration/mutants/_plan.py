"""The modules that are mutated, and the tests that run on each, cheapest first."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


ROOT = Path(__file__).parents[2]
CONFORMANCE = "packages/pytest-txaio/src/pytest_txaio/conformance"

PACKAGES = {
    "txaio_common": "packages/txaio-common",
    "txaio_asyncio": "packages/txaio-asyncio",
    "txaio_twisted": "packages/txaio-twisted-core",
    "txaio_anyio": "packages/txaio-anyio",
}
LOOPS = {
    "txaio_common": ["asyncio", "twisted,anyio-trio"],
    "txaio_asyncio": ["asyncio"],
    "txaio_twisted": ["twisted"],
    "txaio_anyio": ["anyio-trio", "anyio-asyncio"],
}
"""The loops of the first run of the tests, and of the second one."""


@dataclass(frozen=True)
class Plan:
    """The files with tests about a module, without `test_`.

    They are *unit* tests of its package, and *conformance* tests.
    """

    unit: str = ""
    conformance: str = ""


FUTURES = "futures callbacks callback_errors chains awaiting awaitables failures"
COROUTINES = (
    "cancelled_coroutines as_future cancellation counted_cancellations"
    " repeated_cancellation deferred_cancellation cancelled_error uncancelled"
)
BATCHED = (
    "batched_timers batched_calls batched_handles batched_arguments released_timers"
    " prompt_reports"
)
COMBINATORS = "gather gather_outcomes shields_and_timeouts timeouts owned_futures"
SCOPES = "scopes nested_scopes"
REPORTS = "unretrieved_failures prompt_reports tracebacks errors"
TASKS = f"{COROUTINES} awaiting awaitables context tracebacks {SCOPES} async_generators"

PLANS = {
    "txaio_common._buckets": Plan("batches bucket_runs", BATCHED),
    "txaio_common._bucket_runs": Plan("bucket_runs batches", f"{BATCHED} shutdown"),
    "txaio_common._batched": Plan("batches bucket_runs", BATCHED),
    "txaio_common._timers": Plan(
        "timers", "time special_delays released_timers prompt_reports"
    ),
    "txaio_common._combinators": Plan("", COMBINATORS),
    "txaio_common._shield": Plan("", "shields_and_timeouts several_backends context"),
    "txaio_common._futures": Plan("", f"{COMBINATORS} {FUTURES}"),
    "txaio_common._cancellation": Plan("cancellation", COROUTINES),
    "txaio_common._cancel_scope": Plan("", SCOPES),
    "txaio_common._scopes": Plan("", SCOPES),
    "txaio_common._base_future": Plan("", f"{FUTURES} {COROUTINES}"),
    "txaio_common._outcome": Plan("", f"{FUTURES} {REPORTS}"),
    "txaio_common._future_driver": Plan("", FUTURES),
    "txaio_common._await_cycles": Plan("", f"chains {COROUTINES}"),
    "txaio_common._failures": Plan("failures", f"failures {REPORTS}"),
    "txaio_common._main": Plan("main", "lifecycle shutdown exits threads"),
    "txaio_common._clocks": Plan("clocks", "time"),
    "txaio_asyncio._task": Plan("cancelled_tasks scopes", TASKS),
    "txaio_asyncio._driver": Plan("run debug", f"{FUTURES} {TASKS}"),
    "txaio_asyncio._native": Plan("cancelled_tasks", f"{FUTURES} {TASKS}"),
    "txaio_asyncio._future": Plan("", FUTURES),
    "txaio_twisted._task": Plan("coroutines", TASKS),
    "txaio_twisted._future": Plan("futures native_deferreds", f"{FUTURES} {TASKS}"),
    "txaio_twisted._driver": Plan("backend futures coroutines", f"{FUTURES} {TASKS}"),
    "txaio_twisted._queue": Plan("backend", f"callbacks chains context {TASKS}"),
    "txaio_twisted._failures": Plan("futures", f"failures {REPORTS}"),
    "txaio_twisted._wall_clock": Plan("wall_clock", "time special_delays"),
    "txaio_anyio._task": Plan("cancel_scopes scopes", TASKS),
    "txaio_anyio._future": Plan("", f"{FUTURES} {TASKS}"),
    "txaio_anyio._driver": Plan("lifecycle", f"{FUTURES} {TASKS}"),
    "txaio_anyio._scheduler": Plan("loops threads", f"time callbacks {TASKS}"),
    "txaio_anyio._scope": Plan("scopes cancel_scopes", SCOPES),
}


def source(module: str) -> str:
    """Return the file of *module*, in the tree."""
    package, _, name = module.partition(".")
    return f"{PACKAGES[package]}/src/{package}/{name}.py"


def stages(module: str) -> list[list[str]]:
    """Return the arguments of pytest with which the tests of *module* run.

    First those about it run on one loop, then on the others of its package; what
    survives them is tested with all others of the package and the contract, and with
    those that count objects, on one.
    """
    package = module.partition(".")[0]
    plan = PLANS[module]
    units = [f"{PACKAGES[package]}/tests/test_{name}.py" for name in plan.unit.split()]
    named = dict.fromkeys(plan.conformance.split())
    near = [f"{CONFORMANCE}/test_{name}.py" for name in named]
    paths = [
        path
        for folder in (f"{PACKAGES[package]}/tests", CONFORMANCE)
        for path in sorted(ROOT.glob(f"{folder}/test_*.py"))
        if "logging" not in path.name
    ]
    others = [str(path.relative_to(ROOT)) for path in paths]
    rest = [path for path in others if path not in {*units, *near}]
    first, *more = (f"--txaio-backends={each}" for each in LOOPS[package])
    return [
        [*units, *near, first],
        *([*near, each] for each in more),
        [*rest, first],
        ["tests-integration/leaks", first],
    ]
