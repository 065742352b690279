"""Threads that call in while the backend ends."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from pytest_txaio.conformance._helpers import Thread


if TYPE_CHECKING:
    from collections.abc import Callable

    from txaio_interfaces import IBackend, IFailedFuture

    Run = Callable[..., Any]


class Asking:
    """A thread that asks the loop for something that does not end."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.may_ask: threading.Event = threading.Event()
        self.started: bool = False
        self._answer: Future[None] = Future()

    async def work(self, txa: IBackend) -> None:
        self.started = True
        await txa.create_future()

    def start(self, txa: IBackend) -> None:
        """Start the coroutine, in the thread of the loop."""
        future = txa.as_future(self.work, txa)
        txa.add_callbacks(
            future, None, lambda fail: self._answer.set_exception(fail.value)
        )

    def ask(self, txa: IBackend) -> None:
        """Ask for it and wait for it, in a thread."""
        self.may_ask.wait(10)
        try:
            txa.call_from_thread(self.start, txa)
            self._answer.result(10)
        except RuntimeError:
            self.told.append("refused")
        except BaseException as error:  # noqa: BLE001 - that of a Twisted failure
            is_cancelled = isinstance(error, txa.CancelledError)
            self.told.append("cancelled" if is_cancelled else repr(error))


@pytest.mark.parametrize("asks", ["before", "at the end", "after"])
def test_thread_that_waits_for_the_loop_at_the_end(run: Run, asks: str) -> None:
    """L1: Its call is made, and what that starts is cancelled, or it is refused."""
    asking = Asking()
    threads: list[Thread] = []

    async def clean_up(txa: IBackend) -> None:
        try:
            await txa.create_future()
        finally:
            if asks == "at the end":
                asking.may_ask.set()
                while not asking.started:
                    await txa.uncancelled(txa.sleep, 0)

    async def main(txa: IBackend) -> None:
        txa.as_future(clean_up, txa)
        threads.append(Thread(lambda: asking.ask(txa)))
        threads[0].start()
        await txa.sleep(0)
        if asks == "before":
            asking.may_ask.set()
            while not asking.started:
                await txa.sleep(0)

    run(main)
    asking.may_ask.set()
    threads[0].end()
    assert asking.told == (["refused"] if asks == "after" else ["cancelled"])


@pytest.mark.parametrize("calls", [1, 2])
def test_call_from_a_thread_at_the_very_end(run: Run, calls: int) -> None:
    """L1: It is made, though nothing else runs; what it starts is cancelled."""
    told: list[bool] = []

    async def work(txa: IBackend) -> None:
        await txa.create_future()

    def start(txa: IBackend) -> None:
        def end(failure: IFailedFuture) -> None:
            told.append(isinstance(failure.value, txa.CancelledError))

        txa.add_callbacks(txa.as_future(work, txa), None, end)

    def ask(txa: IBackend) -> None:
        for _ in range(calls):
            txa.call_from_thread(start, txa)

    async def last(txa: IBackend) -> None:
        try:
            await txa.create_future()
        finally:
            # The loop waits for the thread, and then this ends at once.
            thread = Thread(lambda: ask(txa))
            thread.start()
            thread.end()

    async def main(txa: IBackend) -> None:
        txa.as_future(last, txa)
        await txa.sleep(0)

    run(main)
    assert told == [True] * calls


@pytest.mark.parametrize("turns", range(6))
def test_call_from_a_thread_some_turns_after_the_last_coroutine(
    run: Run, turns: int
) -> None:
    """L1: It is refused, or what it starts is cancelled: nothing is left behind."""
    begun: list[str] = []
    ended: list[str] = []

    async def work(txa: IBackend) -> None:
        await txa.create_future()

    def start(txa: IBackend) -> None:
        begun.append("work")
        txa.add_callbacks(
            txa.as_future(work, txa), None, lambda _failure: ended.append("work")
        )

    def ask(txa: IBackend) -> None:
        with suppress(RuntimeError):
            txa.call_from_thread(start, txa)

    def go_on(txa: IBackend, turns: int) -> None:
        if turns:
            txa.call_later(0, go_on, txa, turns - 1)
            return
        # The loop waits for the thread.
        thread = Thread(lambda: ask(txa))
        thread.start()
        thread.end()

    async def last(txa: IBackend) -> None:
        try:
            await txa.create_future()
        finally:
            go_on(txa, turns)

    async def main(txa: IBackend) -> None:
        txa.as_future(last, txa)
        await txa.sleep(0)

    run(main)
    assert ended == begun


@pytest.mark.parametrize("clean_ups", [0, 1])
def test_run_waits_for_a_thread_that_waits_for_the_loop(
    run: Run, unit: float, clean_ups: int
) -> None:
    """L1: So `run` ends where it waits for the threads of `run_in_thread`."""
    told: list[str] = []
    begun, ended = threading.Event(), threading.Event()

    def ask(txa: IBackend) -> None:
        made = threading.Event()
        begun.set()
        try:
            for _ in range(10_000):
                txa.call_from_thread(made.set)
                assert made.wait(10)
                made.clear()
        except RuntimeError:
            told.append("refused")
        finally:
            ended.set()

    async def clean_up(txa: IBackend) -> None:
        try:
            await txa.create_future()
        finally:
            await txa.uncancelled(txa.sleep, unit)

    async def main(txa: IBackend) -> None:
        for _ in range(clean_ups):
            txa.as_future(clean_up, txa)
        txa.add_callbacks(txa.run_in_thread(ask, txa), None, lambda _fail: None)
        while not begun.is_set():
            await txa.sleep(0)

    run(main)
    assert ended.wait(10)
    assert told == ["refused"]


def test_thread_that_uncancelled_waits_for(run: Run, unit: float) -> None:
    """L1: The end of `run` does not give up a thread that a coroutine waits for."""
    events: list[str] = []
    ended = threading.Event()

    async def work(txa: IBackend) -> None:
        try:
            await txa.uncancelled(txa.run_in_thread, ended.wait, 60)
        finally:
            events.append("work")

    async def farewell(txa: IBackend) -> None:
        await txa.sleep(3 * unit)
        events.append("farewell")
        ended.set()

    async def clean_up(txa: IBackend) -> None:
        try:
            await txa.create_future()
        finally:
            await txa.uncancelled(farewell, txa)

    async def main(txa: IBackend) -> None:
        txa.as_future(work, txa)
        txa.as_future(clean_up, txa)
        await txa.sleep(unit)

    run(main)
    assert events == ["farewell", "work"]
