"""Threads: `call_from_thread` and `run_in_thread`."""

from __future__ import annotations

import threading
import traceback
from typing import TYPE_CHECKING, Any

import pytest

from pytest_txaio import pause
from pytest_txaio.conformance._helpers import Boom, Thread, variable


if TYPE_CHECKING:
    from collections.abc import Callable

    from txaio_interfaces import IBackend

    Reported = Callable[[], list[BaseException]]


async def test_call_runs_in_the_thread_of_the_loop(txa: IBackend) -> None:
    """H1: The function is called in the loop's thread, with its arguments."""
    called: list[Any] = []
    names = {"fn": 1, "self": 2, "func": 3, "args": 4, "kwargs": 5, "context": 6}
    future = txa.create_future()

    def act(*args: Any, **kwargs: Any) -> None:
        called.append((threading.get_ident(), args, kwargs))
        txa.resolve(future)

    thread = Thread(lambda: txa.call_from_thread(act, 1, 2, **names))
    thread.start()
    await future
    thread.end()
    assert called == [(threading.get_ident(), (1, 2), names)]


async def test_calls_keep_their_order(txa: IBackend) -> None:
    """H1: Calls from one thread are made in order."""
    called: list[int] = []
    future = txa.create_future()

    def ask() -> None:
        for number in range(500):
            txa.call_from_thread(called.append, number)
        txa.call_from_thread(txa.resolve, future)

    thread = Thread(ask)
    thread.start()
    await future
    thread.end()
    assert called == list(range(500))


async def test_busy_loop_takes_calls(txa: IBackend) -> None:
    """H1: A busy loop makes the calls between its iterations."""
    ended: list[str] = []

    def ask() -> None:
        for _ in range(5):
            made = threading.Event()
            txa.call_from_thread(made.set)
            assert made.wait(5)

    def ask_and_say_so() -> None:
        try:
            ask()
        finally:
            txa.call_from_thread(ended.append, "ended")

    thread = Thread(ask_and_say_so)
    thread.start()
    while not ended:
        await txa.sleep(0)
    thread.end()


async def test_sleeping_loop_is_woken(txa: IBackend) -> None:
    """H1: A loop that waits, with no timer set, is woken."""
    asleep = threading.Event()
    future = txa.create_future()

    def ask() -> None:
        # Some milliseconds, until the loop waits.
        asleep.wait(0.005)
        txa.call_from_thread(txa.resolve, future, "woken")

    thread = Thread(ask)
    thread.start()
    assert await future == "woken"
    thread.end()


async def test_call_from_the_thread_of_the_loop(txa: IBackend, unit: float) -> None:
    """H1: In the loop's own thread it works as well: the call is made soon."""
    called: list[str] = []
    txa.call_from_thread(called.append, "called")
    assert called == []
    await pause(txa, unit)
    assert called == ["called"]


async def test_error_in_a_call_from_a_thread(
    txa: IBackend, reported: Reported, unit: float
) -> None:
    """H1: It is reported; later calls are made."""
    future = txa.create_future()
    boom = Boom()

    def fail() -> None:
        raise boom

    def ask() -> None:
        txa.call_from_thread(fail)
        txa.call_from_thread(txa.resolve, future, "made")

    thread = Thread(ask)
    thread.start()
    assert await future == "made"
    thread.end()
    await pause(txa, unit)
    assert reported() == [boom]


async def test_result_of_a_thread(txa: IBackend) -> None:
    """H2: The future has the value that the function returns in another thread."""
    names = {"fn": 1, "self": 2, "func": 3, "args": 4, "kwargs": 5, "context": 6}

    def work(*args: Any, **kwargs: Any) -> Any:
        return threading.get_ident(), args, kwargs

    future = txa.run_in_thread(work, 1, 2, **names)
    assert txa.is_future(future)
    ident, args, kwargs = await future
    assert ident != threading.get_ident()
    assert (args, kwargs) == ((1, 2), names)


async def test_error_of_a_thread(txa: IBackend) -> None:
    """H2: It fails with the exception of the function, with traceback."""

    def fail() -> None:
        raise boom

    boom = Boom()
    with pytest.raises(Boom) as caught:
        await txa.run_in_thread(fail)
    assert caught.value is boom
    frames = traceback.extract_tb(caught.value.__traceback__)
    assert frames[-1].name == "fail"


async def test_stop_iteration_of_a_thread(txa: IBackend) -> None:
    """H2: A `StopIteration` becomes `RuntimeError`, as in any future."""
    nothing: Any = iter(())
    with pytest.raises(RuntimeError) as caught:
        await txa.run_in_thread(next, nothing)
    assert isinstance(caught.value.__cause__, StopIteration)


async def test_context_in_a_thread(txa: IBackend) -> None:
    """H2: The function runs in a copy of the caller's context."""

    def look() -> str:
        value = variable.get()
        variable.set("leaked")
        return value

    token = variable.set("caller")
    future = txa.run_in_thread(look)
    variable.reset(token)
    assert await future == "caller"
    assert variable.get() == "-"
    assert await txa.run_in_thread(look) == "-"


async def test_loop_goes_on_meanwhile(txa: IBackend) -> None:
    """H2: The loop runs while the thread works."""
    release = threading.Event()
    future = txa.run_in_thread(release.wait, 5)
    txa.call_later(0, release.set)
    assert await future is True


async def test_threads_work_at_the_same_time(txa: IBackend) -> None:
    """H2: Several threads may wait for each other."""
    barrier = threading.Barrier(3, timeout=5)
    futures = [txa.run_in_thread(barrier.wait) for _ in range(3)]
    assert sorted(await txa.gather(futures, consume_exceptions=False)) == [0, 1, 2]


async def test_callbacks_of_a_thread(txa: IBackend) -> None:
    """H2: Its callbacks run in the loop's thread."""
    done = txa.create_future()
    txa.add_callbacks(
        txa.run_in_thread(threading.get_ident),
        lambda ident: txa.resolve(done, (ident, threading.get_ident())),
        None,
    )
    worker, loop = await done
    assert loop == threading.get_ident() != worker


async def test_cancelling_does_not_stop_the_thread(txa: IBackend, unit: float) -> None:
    """H2: The future is cancelled; the thread goes on, and its result is dropped."""
    started, release, ended = (threading.Event() for _ in range(3))

    def work() -> str:
        started.set()
        release.wait(5)
        ended.set()
        raise Boom

    future = txa.run_in_thread(work)
    await txa.run_in_thread(started.wait, 5)
    txa.cancel(future)
    with pytest.raises(txa.CancelledError):
        await future
    assert not ended.is_set()
    release.set()
    assert await txa.run_in_thread(ended.wait, 5)
    await pause(txa, unit)


@pytest.mark.parametrize("turns", range(6))
async def test_cancelled_as_the_thread_ends(txa: IBackend, turns: int) -> None:
    """X4: A coroutine that awaits work sees its cancellation, or has the result."""
    begun, go, ended = threading.Event(), threading.Event(), threading.Event()
    events: list[str] = []

    def work() -> None:
        begun.set()
        go.wait(10)
        ended.set()

    async def wait() -> None:
        await txa.run_in_thread(work)
        events.append("result")
        await txa.create_future()
        events.append("not cancelled")

    future = txa.as_future(wait)
    while not begun.is_set():
        await txa.sleep(0)
    go.set()
    ended.wait(10)  # The loop is blocked meanwhile.
    for _ in range(turns):
        await txa.sleep(0)
    txa.cancel(future)
    with pytest.raises(txa.CancelledError):
        await future
    assert "not cancelled" not in events


async def test_cancelled_before_the_thread_begins(txa: IBackend) -> None:
    """H2: Work that is cancelled before a thread is free for it is not done."""
    release, done = threading.Event(), list[str]()
    full = [txa.run_in_thread(release.wait, 10) for _ in range(64)]
    # Let all of them be on their way, in whatever order the loop starts them.
    for _ in range(20):
        await txa.sleep(0)
    late = txa.run_in_thread(done.append, "done")
    for _ in range(20):
        await txa.sleep(0)
    txa.cancel(late)
    with pytest.raises(txa.CancelledError):
        await late
    release.set()
    await txa.gather(full)
    assert await txa.run_in_thread(list, done) == []
