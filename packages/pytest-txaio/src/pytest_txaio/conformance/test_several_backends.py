"""Several backends, and backends whose loop is not running."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest

from pytest_txaio.conformance._helpers import Boom, coroutine_function, start_python


if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_txaio import Host
    from txaio_interfaces import IBackend

    Run = Callable[..., Any]
    Reported = Callable[[], list[BaseException]]


def test_one_run_after_another(run: Run, unit: float) -> None:
    """L2: Several runs in one thread, one after the other, are independent."""

    async def main(txa: IBackend, number: int) -> int:
        txa.call_later(1000 * unit, pytest.fail, "called")
        await txa.sleep(unit)
        return number

    assert [run(main, number) for number in range(3)] == [0, 1, 2]


async def test_two_backends_on_one_loop(
    txa: IBackend, host: Host, unit: float, unchecked: Callable[[str], None]
) -> None:
    """L2: Two backend objects on one loop are independent."""
    events: list[str] = []

    async def work(backend: IBackend, name: str) -> str:
        await backend.sleep(unit)
        return name

    making = host.another()
    if making is None:
        unchecked("a second backend on the loop: the host makes none")
        return
    async with making as other:
        assert other is not txa
        for backend in (txa, other):
            future = backend.create_future()
            backend.add_callbacks(future, events.append, None)
            backend.call_later(unit, backend.resolve, future, "resolved")
        futures = [txa.as_future(work, txa, "a"), other.as_future(work, other, "b")]
        # A coroutine of one may await the futures of the other.
        assert [await future for future in futures] == ["a", "b"]
        await txa.sleep(unit)
    assert events == ["resolved", "resolved"]
    assert await txa.as_future(work, txa, "c") == "c"


def test_two_backends_in_two_threads(host: Host, other_host: Host) -> None:
    """L2: Two backends run in two threads, and call each other from there."""
    barrier = threading.Barrier(2, timeout=5)
    met: dict[str, IBackend] = {}
    results: dict[str, Any] = {}

    async def main(txa: IBackend, unit: float, me: str, other: str) -> Any:
        async def work(number: int) -> int:
            await txa.sleep(number * unit)
            return number

        met[me] = txa
        called = txa.create_future()
        await txa.run_in_thread(barrier.wait)
        met[other].call_from_thread(met[other].call_later, 0, note, other)
        futures[me] = called
        await txa.run_in_thread(barrier.wait)
        met[other].call_from_thread(met[other].resolve, futures[other], me)
        values = await txa.gather([work(number) for number in range(3)])
        value = values, await called
        await txa.run_in_thread(barrier.wait)
        return value

    def note(name: str) -> None:
        idents[name] = threading.get_ident()

    def in_thread() -> None:
        results["b"] = other_host.run(main, other_host.unit, "b", "a")

    futures: dict[str, Any] = {}
    idents: dict[str, int] = {}
    thread = threading.Thread(target=in_thread, daemon=True)
    thread.start()
    results["a"] = host.run(main, host.unit, "a", "b")
    thread.join(5)
    assert results == {"a": ([0, 1, 2], "b"), "b": ([0, 1, 2], "a")}
    assert idents["a"] == threading.get_ident() != idents["b"]


def test_import_starts_nothing(package: str) -> None:
    """L2: Importing a backend neither makes a loop nor installs a reactor."""
    code = f"""
import asyncio, sys, threading
def fail(*args): raise AssertionError("a loop was made")
asyncio.new_event_loop = asyncio.set_event_loop = fail
{package and f"import {package}"}
assert "twisted.internet.reactor" not in sys.modules
assert threading.active_count() == 1
"""
    done = start_python("-W", "error", "-c", code)
    assert (done.returncode, done.stderr) == (0, "")


def test_run_installs_no_reactor(run: Run) -> None:
    """L2: A run on a given loop installs no reactor."""

    async def main(txa: IBackend) -> None:
        await txa.run_in_thread(int)
        await txa.gather([txa.sleep(0)])

    run(main)
    assert "twisted.internet.reactor" not in sys.modules


USES: dict[str, Callable[[IBackend], object]] = {
    "call_later": lambda txa: txa.call_later(1, print),
    "call_later-soon": lambda txa: txa.call_later(0, print),
    "call_later-never": lambda txa: txa.call_later(float("inf"), print),
    "call_at": lambda txa: txa.call_at(1, print),
    "call_at-never": lambda txa: txa.call_at(float("inf"), print),
    "sleep": lambda txa: txa.sleep(1),
    "create_future": lambda txa: txa.create_future(),
    "as_future": lambda txa: txa.as_future(coroutine_function),
    "gather": lambda txa: txa.gather([]),
    "gather-coroutines": lambda txa: txa.gather(
        [coroutine_function(), coroutine_function()]
    ),
    "shield": lambda txa: txa.shield(coroutine_function()),
    "timeout": lambda txa: txa.timeout(coroutine_function(), 1),
    "scope": lambda txa: txa.fail_after(1).__aenter__().send(None),
    "batched": lambda txa: txa.make_batched_timer(1).call_later(1, print),
    "run_in_thread": lambda txa: txa.run_in_thread(int),
    "call_from_thread": lambda txa: txa.call_from_thread(print),
}


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_use_after_the_end(run: Run, use: Callable[[IBackend], object]) -> None:
    """L3: After the end of a backend, `RuntimeError` names the fix."""

    async def main(txa: IBackend) -> IBackend:
        return txa

    ended = run(main)
    with pytest.raises(RuntimeError, match=r"ended.*inside"):
        use(ended)


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_use_outside_the_loop(host: Host, use: Callable[[IBackend], object]) -> None:
    """L3: While its loop is not running, `RuntimeError` names the fix."""
    with pytest.raises(RuntimeError, match="inside"):
        use(host.outside())


def test_timer_after_the_end(run: Run) -> None:
    """L3: So does a batched timer after the end; its handles are harmless."""

    async def main(txa: IBackend) -> Any:
        timer = txa.make_batched_timer(1)
        calls = [timer.call_later(1, pytest.fail, "x"), txa.call_later(1, pytest.fail)]
        return timer, calls

    timer, calls = run(main)
    with pytest.raises(RuntimeError, match=r"ended.*inside"):
        timer.call_later(5, pytest.fail, "called")
    for call in calls:
        call.cancel()
        call.cancel()


def test_settled_futures_after_the_end(run: Run) -> None:
    """L3: Settled futures can still be used."""

    async def main(txa: IBackend) -> Any:
        return txa, txa.create_future_success("value"), txa.create_future()

    txa, settled, pending = run(main)
    assert txa.is_future(settled)
    assert txa.is_called(settled)
    assert not txa.is_called(pending)
    assert txa.failure_message(txa.create_failure(Boom("text"))) == "Boom: text"
