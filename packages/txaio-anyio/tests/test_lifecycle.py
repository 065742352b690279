"""The block in which a backend runs, and the exceptions that leave it."""

from __future__ import annotations

import asyncio
import gc
import inspect
import signal
import threading
from functools import partial
from types import coroutine
from typing import TYPE_CHECKING, Any

import anyio
import pytest

import txaio_anyio
from txaio_anyio import AnyioBackend, AnyioFuture
from txaio_anyio._future import Waiter


if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


class Strict(Exception):
    """Raised by an `on_error` that accepts no error."""


def strict(_text: str, error: BaseException) -> None:
    """Raise `Strict` from the *error* that was reported."""
    raise Strict from error


def fail(*_args: object) -> None:
    """Be a callback that fails."""
    raise KeyError("callback")


def exit_program(*_args: object) -> None:
    """End the program."""
    raise SystemExit(3)


def test_an_exception_of_the_body_is_raised_as_it_is(run_natively: Any) -> None:
    """It is not wrapped into a group."""

    async def main() -> None:
        async with AnyioBackend():
            raise KeyError("body")

    with pytest.raises(KeyError) as caught:
        run_natively(main)
    assert caught.value.__context__ is None


def test_a_group_of_the_body_is_raised_as_it_is(run_natively: Any) -> None:
    """A group that the program made itself is not collapsed."""
    group = ExceptionGroup("two", [KeyError("one")])

    async def main() -> None:
        async with AnyioBackend():
            raise group

    with pytest.raises(ExceptionGroup) as caught:
        run_natively(main)
    assert caught.value is group


def test_a_scope_around_the_block(run_natively: Any) -> None:
    """If the scope is cancelled, coroutines clean up before the block ends."""
    events: list[str] = []

    async def work(txa: AnyioBackend) -> None:
        try:
            await txa.create_future()
        finally:
            await txa.sleep(0)
            events.append("cleaned up")

    async def main() -> None:
        with anyio.move_on_after(1) as scope:
            async with AnyioBackend() as txa:
                txa.as_future(work, txa)
                await txa.create_future()
        assert scope.cancelled_caught

    run_natively(main)
    assert events == ["cleaned up"]


def test_a_scope_around_the_end_of_the_block(run_natively: Any) -> None:
    """If it is cancelled while the block waits for clean-up, the block still waits."""
    events: list[str] = []

    async def work(txa: AnyioBackend, scope: anyio.CancelScope) -> None:
        try:
            await txa.create_future()
        finally:
            await txa.sleep(1)
            scope.cancel()
            await txa.sleep(0)
            events.append("cleaned up")

    async def main() -> None:
        with anyio.CancelScope() as scope:
            async with AnyioBackend() as txa:
                txa.as_future(work, txa, scope)
                await txa.sleep(1)

    run_natively(main)
    assert events == ["cleaned up"]


async def _in_callback(txa: AnyioBackend) -> None:
    txa.add_callbacks(txa.create_future_success(None), fail, None)
    await anyio.sleep(1000)


async def _in_timer(txa: AnyioBackend) -> None:
    txa.call_later(0, fail)
    await anyio.sleep(1000)


async def _in_canceller(txa: AnyioBackend) -> None:
    txa.cancel(txa.create_future(canceller=fail))
    await anyio.sleep(1000)


async def _in_last_callback(txa: AnyioBackend) -> None:
    txa.add_callbacks(txa.create_future_success(None), fail, None)


async def _unretrieved(txa: AnyioBackend) -> None:
    txa.create_future_error(KeyError("unretrieved"))
    gc.collect()  # PyPy needs it.
    await anyio.sleep(1000)


async def _unretrieved_in_thread(txa: AnyioBackend) -> None:
    failed = [txa.create_future_error(KeyError("unretrieved"))]

    def drop() -> None:
        failed.clear()
        gc.collect()

    thread = threading.Thread(target=drop)
    thread.start()
    thread.join()
    await txa.create_future()


@pytest.mark.parametrize(
    "main",
    [
        _in_callback,
        _in_timer,
        _in_canceller,
        _in_last_callback,
        _unretrieved,
        _unretrieved_in_thread,
    ],
)
def test_a_strict_on_error(run: Any, main: Any) -> None:
    """The exception that it raises ends the block, wherever the error occurred."""
    with pytest.raises(Strict) as caught:
        run(main, on_error=strict)
    assert isinstance(caught.value.__cause__, KeyError)
    assert caught.value.__context__ in (None, caught.value.__cause__)


def test_a_strict_on_error_when_the_body_failed(run: Any) -> None:
    """A group contains both errors."""

    async def main(txa: AnyioBackend) -> None:
        txa.add_callbacks(txa.create_future_success(None), fail, None)
        raise ValueError("body")

    with pytest.raises(ExceptionGroup) as caught:
        run(main, on_error=strict)
    assert [type(error) for error in caught.value.exceptions] == [ValueError, Strict]


def test_on_error_that_raises_the_error_of_the_body(run: Any) -> None:
    """It is one error, and is raised without a group."""
    error = KeyError("both")

    def raise_again(_text: str, reported: BaseException) -> None:
        raise reported

    async def main(txa: AnyioBackend) -> None:
        def fail() -> None:
            raise error

        txa.call_later(0, fail)
        try:
            await txa.create_future()
        finally:
            fail()

    with pytest.raises(KeyError) as caught:
        run(main, on_error=raise_again)
    assert caught.value is error


def test_an_on_error_that_raises_twice(run: Any) -> None:
    """The first error ends the block."""

    async def main(txa: AnyioBackend) -> None:
        txa.call_later(0, fail)
        txa.call_later(0, exit_program)
        await txa.create_future()

    with pytest.raises(Strict):
        run(main, on_error=strict)


@pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt])
def test_exit_in_a_callback(run: Any, error: type[BaseException]) -> None:
    """`run` raises it, after clean-up that uses timers and callbacks."""
    events: list[str] = []

    def raise_it(_value: object) -> None:
        raise error

    async def work(txa: AnyioBackend) -> None:
        try:
            await txa.create_future()
        finally:
            await txa.sleep(1)
            events.append("cleaned up")

    async def main(txa: AnyioBackend) -> None:
        txa.as_future(work, txa)
        txa.add_callbacks(txa.sleep(1), raise_it, None)
        await txa.create_future()

    with pytest.raises(error):
        run(main)
    assert events == ["cleaned up"]


def test_callback_that_raises_a_base_exception(
    run: Any, reported: list[BaseException]
) -> None:
    """R1: It is reported, and the program goes on, as it is not an exit."""
    error = GeneratorExit()

    def raise_it(_value: object) -> None:
        raise error

    async def main(txa: AnyioBackend) -> str:
        txa.add_callbacks(txa.create_future_success(1), raise_it, None)
        await txa.sleep(1)
        assert reported.pop() is error
        return "went on"

    assert run(main) == "went on"


async def _exit() -> None:
    raise SystemExit(3)


async def _exit_in_group() -> None:
    async with anyio.create_task_group() as group:
        group.start_soon(_exit)


def test_exit_can_be_caught_outside_the_block(run_natively: Any) -> None:
    """The exit ends the block, and not the loop."""

    async def run_backend() -> None:
        async with AnyioBackend() as txa:
            txa.as_future(_exit)
            await anyio.sleep(1000)

    async def main() -> str:
        with pytest.raises(SystemExit):
            await run_backend()
        await anyio.sleep(1)
        return "went on"

    assert run_natively(main) == "went on"


async def _exit_and_fail() -> None:
    group = BaseExceptionGroup("both", [SystemExit(3), KeyError("other")])
    raise group


def test_group_of_an_exit_and_another_error_in_a_coroutine(run: Any) -> None:
    """`run` raises the group that the coroutine raised: no error is lost."""

    async def main(txa: AnyioBackend) -> None:
        txa.as_future(_exit_and_fail)
        await anyio.sleep(1000)

    with pytest.raises(BaseExceptionGroup) as caught:
        run(main)
    assert [type(error) for error in caught.value.exceptions] == [SystemExit, KeyError]


@pytest.mark.parametrize("exit_", [_exit, _exit_in_group])
def test_exit_in_a_coroutine(run: Any, exit_: Callable[[], Awaitable[None]]) -> None:
    """`run` raises `SystemExit`, its future is cancelled, others clean up."""
    events: list[str] = []

    async def work(txa: AnyioBackend) -> None:
        try:
            await txa.create_future()
        finally:
            await txa.uncancelled(txa.sleep, 1)
            events.append("cleaned up")

    async def main(txa: AnyioBackend) -> None:
        txa.as_future(work, txa)
        await txa.sleep(1)
        exiting = txa.as_future(exit_)
        try:
            await anyio.sleep(1000)
        finally:
            assert txa.is_called(exiting)

    with pytest.raises(SystemExit) as caught:
        run(main)
    assert caught.value.code == 3
    assert events == ["cleaned up"]


def test_clean_up_has_a_grace_period(run: Any) -> None:
    """After it, each await of the clean-up raises, unless inside `uncancelled`."""
    events: list[Any] = []

    async def work(txa: AnyioBackend) -> None:
        begun = txa.time()
        try:
            await txa.create_future()
        finally:
            for _ in range(2):
                with pytest.raises(txa.CancelledError):
                    await txa.sleep(1000)
            events.append(round(txa.time() - begun))
            await txa.uncancelled(anyio.sleep, 100)
            events.append(round(txa.time() - begun))

    async def main(txa: AnyioBackend) -> None:
        txa.as_future(work, txa)
        await txa.sleep(1)

    run(main, grace=10)
    assert events == [11, 111]


def test_the_block_ends_with_its_last_coroutine(run_natively: Any) -> None:
    """It does not wait until the grace period is over."""

    async def work(txa: AnyioBackend) -> None:
        try:
            await txa.create_future()
        finally:
            await anyio.sleep(1)

    async def main() -> None:
        async with AnyioBackend() as txa:
            txa.as_future(work, txa)
            await txa.sleep(1)
            before = anyio.current_time()
        assert anyio.current_time() - before == pytest.approx(1, abs=0.01)

    run_natively(main)


def test_coroutines_started_by_clean_up_are_cancelled(run: Any) -> None:
    """A coroutine that is started at the end is cancelled, too."""
    events: list[Any] = []

    async def started_late(txa: AnyioBackend) -> None:
        try:
            await txa.create_future()
        finally:
            events.append(round(txa.time() - begun))

    async def work(txa: AnyioBackend) -> None:
        try:
            await txa.create_future()
        finally:
            txa.as_future(started_late, txa)

    async def main(txa: AnyioBackend) -> float:
        txa.as_future(work, txa)
        await txa.sleep(1)
        return txa.time()

    begun = 0.0

    async def remember(txa: AnyioBackend) -> None:
        nonlocal begun
        begun = await main(txa)

    run(remember, grace=10)
    assert events == [0]


def test_zero_grace(run: Any) -> None:
    """Clean-up is interrupted immediately."""

    async def work(txa: AnyioBackend) -> None:
        try:
            await txa.create_future()
        finally:
            await txa.sleep(1000)

    async def main(txa: AnyioBackend) -> Callable[[], float]:
        txa.as_future(work, txa)
        await txa.sleep(1)
        return txa.time

    run(main, grace=0)


@pytest.mark.parametrize("grace", [-1, float("nan")])
def test_a_grace_out_of_range(grace: float) -> None:
    """It has to be zero or more seconds, and may be infinite."""
    with pytest.raises(ValueError, match=r"^grace must be a number of seconds"):
        AnyioBackend(grace=grace)
    with pytest.raises(ValueError, match=r"^grace must be a number of seconds"):
        txaio_anyio.run(fail, grace=grace)
    assert AnyioBackend(grace=float("inf")).name == "anyio"


@pytest.mark.parametrize("grace", [None, "x"])
def test_a_grace_that_is_no_number(grace: Any) -> None:
    """`TypeError` names it, before there is a loop or a block."""
    with pytest.raises(TypeError, match=r"^grace must be a number of seconds"):
        AnyioBackend(grace=grace)
    with pytest.raises(TypeError, match=r"^grace must be a number of seconds"):
        txaio_anyio.run(fail, grace=grace)


def test_calls_that_renew_themselves_end_with_the_block(run: Any) -> None:
    """Calls without delay that repeat do not keep the block from ending."""

    async def main(txa: AnyioBackend) -> str:
        def again() -> None:
            txa.call_later(0, again)

        again()
        await txa.sleep(0)
        return "ended"

    assert run(main) == "ended"


async def _used(txa: AnyioBackend, future: Any) -> dict[str, Callable[[], Any]]:
    async def work() -> None:
        """Do nothing."""

    return {
        "create_future": txa.create_future,
        "create_future_success": lambda: txa.create_future_success(1),
        "as_future": lambda: txa.as_future(work),
        "gather": lambda: txa.gather([]),
        "call_later": lambda: txa.call_later(1, print),
        "call_soon": lambda: txa.call_later(0, print),
        "sleep": lambda: txa.sleep(1),
        "time": txa.time,
        "batched": lambda: txa.make_batched_timer(1).call_later(1, print),
        "call_from_thread": lambda: txa.call_from_thread(print),
        "run_in_thread": lambda: txa.run_in_thread(print),
        "add_callbacks": lambda: txa.add_callbacks(future, print, None),
    }


async def _use(txa: AnyioBackend, future: Any, fix: str) -> None:
    for use in (await _used(txa, future)).values():
        with pytest.raises(RuntimeError, match=fix):
            use()
    with pytest.raises(RuntimeError, match=fix):
        await txa.uncancelled(anyio.sleep, 0)


@pytest.mark.parametrize("debug", [False, True])
def test_used_before_its_block(run_natively: Any, debug: bool) -> None:
    """The error names the fix, and no coroutine is left unawaited."""

    async def main() -> None:
        txa = AnyioBackend(debug=debug)
        async with AnyioBackend() as other:
            future = other.create_future_success(1)
            uses = await _used(txa, future)
            del uses["add_callbacks"]  # It depends on the future's backend.
            for use in uses.values():
                with pytest.raises(RuntimeError, match="async with AnyioBackend"):
                    use()

    run_natively(main)


@pytest.mark.parametrize("debug", [False, True])
def test_used_after_its_block(run_natively: Any, debug: bool) -> None:
    """The error names the fix; handles and settled futures can still be used."""

    async def main() -> None:
        async with AnyioBackend(debug=debug) as txa:
            pending, settled = txa.create_future(), txa.create_future_success(1)
            calls = [txa.call_later(delay, print) for delay in (2, 1, 3)]
        await _use(txa, settled, "this AnyIO backend has ended: use it inside main")
        with pytest.raises(RuntimeError, match="has ended"):
            await pending
        for call in calls:
            call.cancel()
        assert await settled == 1

    run_natively(main)


def test_entered_twice(run_natively: Any) -> None:
    """The second time raises: a backend runs once."""

    async def main() -> None:
        async with AnyioBackend() as txa:
            with pytest.raises(RuntimeError, match="make another"):
                await txa.__aenter__()
        with pytest.raises(RuntimeError, match="make another"):
            async with txa:
                """Not reached."""

    run_natively(main)


def test_task_outside_the_block_that_awaits_a_future(run_natively: Any) -> None:
    """It gets an error when the block ends, instead of waiting forever."""

    async def wait(future: Any) -> None:
        with pytest.raises(RuntimeError, match="has ended"):
            await future

    async def wait_for_value(future: Any) -> None:
        assert await future == 1

    async def main() -> None:
        async with anyio.create_task_group() as group, AnyioBackend() as txa:
            pending, settled = txa.create_future(), txa.create_future()
            group.start_soon(wait, pending)
            group.start_soon(wait_for_value, settled)
            await txa.sleep(1)
            last = txa.create_future_success(1)
            txa.add_callbacks(last, partial(txa.resolve, settled), None)

    run_natively(main)


def test_futures_of_another_backend(run_natively: Any) -> None:
    """Two backends in one loop accept the futures of each other."""

    async def main() -> None:
        async with AnyioBackend() as one, AnyioBackend() as other:
            called: list[Any] = []
            future = other.create_future()
            assert one.is_future(future)
            one.add_callbacks(future, called.append, None)
            gathered = one.gather([future])
            other.resolve(future, 1)
            assert await gathered == [1]
            assert called == [1]

    run_natively(main)


def test_a_call_from_a_thread_that_comes_too_late(run_natively: Any) -> None:
    """If the block ends before the call is made, it is reported; later, it raises."""
    reported: list[str] = []

    def on_error(_text: str, error: BaseException) -> None:
        reported.append(str(error))

    async def main() -> None:
        async with AnyioBackend(on_error) as txa:
            post, deliver = txa.native.scheduler.loop.post, txa.native.scheduler.deliver
        post(deliver, print)
        with pytest.raises(RuntimeError, match="has ended"):
            txa.call_from_thread(print)
        await anyio.sleep(1)

    run_natively(main)
    assert "has ended" in reported.pop()


def test_errors_go_to_the_standard_logger(
    run: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Without `on_error` they are logged, with their tracebacks."""

    async def main(txa: AnyioBackend) -> None:
        txa.add_callbacks(txa.create_future_success(None), fail, None)

    run(main, on_error=None)
    (record,) = caplog.records
    assert (record.name, record.levelname) == ("txaio.anyio", "ERROR")
    assert record.exc_info is not None
    assert isinstance(record.exc_info[1], KeyError)


def test_asyncio_cancels_all_tasks(reported: list[BaseException]) -> None:
    """The scheduler is among them, and coroutines still clean up."""
    events: list[str] = []

    async def work(txa: AnyioBackend) -> None:
        try:
            await txa.create_future()
        finally:
            await txa.uncancelled(txa.sleep, 0.01)
            events.append("cleaned up")

    async def run_backend() -> None:
        async with AnyioBackend(lambda _text, error: reported.append(error)) as txa:
            txa.as_future(work, txa)
            await txa.create_future()

    async def main() -> None:
        running = asyncio.ensure_future(run_backend())
        await asyncio.sleep(0.01)
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
        await asyncio.wait([running])
        assert running.cancelled()

    asyncio.run(main())
    assert events == ["cleaned up"]
    assert reported == []


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
@pytest.mark.parametrize("where", ["body", "end"])
def test_interrupted_from_the_keyboard(backend: str, where: str) -> None:
    """`run` raises `KeyboardInterrupt` without a group, after clean-up."""
    events: list[str] = []

    def interrupt() -> None:
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    async def work() -> None:
        try:
            await anyio.sleep(10)
        finally:
            await backend_of.pop().uncancelled(anyio.sleep, 0.1)
            events.append("cleaned up")

    async def main() -> None:
        async with AnyioBackend() as txa:
            backend_of.append(txa)
            txa.as_future(work)
            await txa.sleep(0.01)
            timer = threading.Timer(0.02, interrupt)
            timer.start()
            if where == "body":
                await anyio.sleep(10)

    backend_of: list[AnyioBackend] = []
    with pytest.raises(KeyboardInterrupt):
        anyio.run(main, backend=backend)
    assert events == ["cleaned up"]


def test_interrupted_in_the_scheduler(run: Any) -> None:
    """After Ctrl-C in its own code, the scheduler still serves clean-up."""
    events: list[str] = []

    async def work(txa: AnyioBackend) -> None:
        try:
            await txa.create_future()
        finally:
            await txa.sleep(1)
            events.append("cleaned up")

    async def main(txa: AnyioBackend) -> None:
        def interrupt() -> None:
            scheduler._collect = collect  # type: ignore[method-assign]
            raise KeyboardInterrupt

        scheduler = txa.native.scheduler
        collect, scheduler._collect = scheduler._collect, interrupt  # type: ignore[method-assign]
        txa.as_future(work, txa)
        await txa.sleep(1)

    with pytest.raises(KeyboardInterrupt):
        run(main)
    assert events == ["cleaned up"]


def test_repr_of_a_future(run: Any) -> None:
    """It contains the state."""

    async def main(txa: AnyioBackend) -> None:
        future = txa.create_future()
        assert type(future) is AnyioFuture
        assert "<AnyioFuture pending at" in repr(future)

    run(main)


def test_coroutine_that_comes_too_late(run_natively: Any) -> None:
    """It is refused and closed, even by a driver that was kept."""

    async def main() -> None:
        async with AnyioBackend() as txa:
            driver = txa.native
        late = anyio.sleep(1)
        with pytest.raises(RuntimeError, match="has ended"):
            driver.spawn(late)
        assert inspect.getcoroutinestate(late) == inspect.CORO_CLOSED

    run_natively(main)


def test_waiter_for_a_future_that_was_settled_last(run_natively: Any) -> None:
    """It gets the outcome, although it resumes after the block has ended."""

    async def main() -> None:
        async with AnyioBackend() as txa:
            waiter = Waiter()
            waiter.begin_wait(txa.create_future_success(1))
        waiter.abandon()
        assert waiter.error is None

    run_natively(main)


def test_error_before_the_block() -> None:
    """Nothing has begun that could raise it later: it is raised at once."""
    with pytest.raises(Strict):
        AnyioBackend(strict).driver.report("an error", KeyError())


def test_on_error_that_is_no_plain_function() -> None:
    """Nothing could report that its coroutine is never run: `TypeError`."""

    async def on_error(_text: str, _error: BaseException) -> None:
        pytest.fail("it ran")

    with pytest.raises(TypeError, match="on_error must be a plain function"):
        AnyioBackend(on_error)
    with pytest.raises(TypeError, match="on_error must be callable"):
        AnyioBackend(1)  # type: ignore[arg-type]


@pytest.mark.parametrize("hops", [1, 5, 20])
def test_coroutine_started_by_the_last_callbacks(run: Any, hops: int) -> None:
    """L1: It runs, or is closed, and the backend waits for it."""

    async def work(txa: AnyioBackend) -> None:
        await txa.create_future()

    async def late(txa: AnyioBackend) -> None:
        await txa.sleep(0)

    def hop(txa: AnyioBackend, left: int) -> None:
        if left:
            future = txa.create_future()
            txa.add_callbacks(future, lambda _value: hop(txa, left - 1), None)
            txa.resolve(future)
        else:
            started.append(txa.as_future(late, txa))

    async def main(txa: AnyioBackend) -> AnyioBackend:
        future = txa.as_future(work, txa)
        txa.add_callbacks(future, None, lambda _fail: hop(txa, hops))
        await txa.sleep(1)
        return txa

    started: list[Any] = []
    backend = run(main)
    assert all(backend.is_called(future) for future in started)


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_main_that_awaits_what_the_loop_cannot(backend):
    """A note of the error says what to do."""

    @coroutine
    def foreign():
        yield object()

    async def main(_txa):
        await foreign()

    with pytest.raises((RuntimeError, TypeError), match="yield") as caught:
        txaio_anyio.run(main, backend=backend)
    [note] = caught.value.__notes__
    assert "on the backend of that framework" in note


def test_backend_that_runs_on_no_loop_yet():
    """Its repr says so."""
    assert repr(AnyioBackend()) == "<AnyioBackend on no loop yet>"


def test_unknown_loop() -> None:
    """The error names those that there are."""
    for name in ("twisted", "asyncoi"):
        with pytest.raises(ValueError, match=f"'asyncio' or 'trio', not '{name}'$"):
            txaio_anyio.run(anyio.sleep, backend=name)
    with pytest.raises(ValueError, match=r"'uvloop'; use .*\"use_uvloop\": True"):
        txaio_anyio.run(anyio.sleep, backend="uvloop")


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_name_of_main(backend: str) -> None:
    """The task of `main` has its name, unless `main` has none."""

    async def main(_txa: AnyioBackend, number: int) -> str:
        assert number == 3
        return anyio.get_current_task().name or ""

    name = f"{__name__}.test_name_of_main.<locals>.main"
    assert txaio_anyio.run(main, 3, backend=backend) == name
    unnamed = partial(main, number=3)
    assert txaio_anyio.run(unnamed, backend=backend).endswith("run_main")
