"""The block in which a backend runs, and what comes out of it."""

from __future__ import annotations

import asyncio
import gc
import signal
import threading
from functools import partial
from typing import TYPE_CHECKING, Any

import anyio
import pytest

import txaio_anyio
from txaio_anyio import AnyioBackend, AnyioFuture


if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator


class Strict(Exception):
    """Raised by an `on_error` that lets nothing pass."""


def strict(_text: str, error: BaseException) -> None:
    """Raise what was reported, as an error of its own."""
    raise Strict from error


def fail(*_args: object) -> None:
    """Fail as a callback may."""
    raise KeyError("callback")


def leave(*_args: object) -> None:
    """End the program."""
    raise SystemExit(3)


def test_an_exception_of_the_body_comes_out_bare(run_natively: Any) -> None:
    """No group is put around it."""

    async def main() -> None:
        async with AnyioBackend():
            raise KeyError("body")

    with pytest.raises(KeyError) as caught:
        run_natively(main)
    assert caught.value.__context__ is None


def test_a_group_of_the_body_comes_out_as_it_is(run_natively: Any) -> None:
    """One that the program made itself is not taken apart."""
    group = ExceptionGroup("two", [KeyError("one")])

    async def main() -> None:
        async with AnyioBackend():
            raise group

    with pytest.raises(ExceptionGroup) as caught:
        run_natively(main)
    assert caught.value is group


def test_a_scope_around_the_block(run_natively: Any) -> None:
    """Cancelled by AnyIO, the block cleans up and leaves the rest to the scope."""
    story: list[str] = []

    async def work(txa: AnyioBackend) -> None:
        try:
            await txa.create_future()
        finally:
            await txa.sleep(0)
            story.append("cleaned up")

    async def main() -> None:
        with anyio.move_on_after(1) as scope:
            async with AnyioBackend() as txa:
                txa.as_future(work, txa)
                await txa.create_future()
        assert scope.cancelled_caught

    run_natively(main)
    assert story == ["cleaned up"]


def test_a_scope_around_the_end_of_the_block(run_natively: Any) -> None:
    """Cancelled while it waits for clean-up, the block waits all the same."""
    story: list[str] = []

    async def work(txa: AnyioBackend, scope: anyio.CancelScope) -> None:
        try:
            await txa.create_future()
        finally:
            await txa.sleep(1)
            scope.cancel()
            await txa.sleep(0)
            story.append("cleaned up")

    async def main() -> None:
        with anyio.CancelScope() as scope:
            async with AnyioBackend() as txa:
                txa.as_future(work, txa, scope)
                await txa.sleep(1)

    run_natively(main)
    assert story == ["cleaned up"]


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


async def _unseen(txa: AnyioBackend) -> None:
    txa.create_future_error(KeyError("unseen"))
    gc.collect()  # PyPy waits for it.
    await anyio.sleep(1000)


async def _unseen_in_thread(txa: AnyioBackend) -> None:
    failed = [txa.create_future_error(KeyError("unseen"))]

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
        _unseen,
        _unseen_in_thread,
    ],
)
def test_a_strict_on_error(run: Any, main: Any) -> None:
    """What it raises ends the block, wherever the error came from."""
    with pytest.raises(Strict) as caught:
        run(main, on_error=strict)
    assert isinstance(caught.value.__cause__, KeyError)
    assert caught.value.__context__ in (None, caught.value.__cause__)


def test_a_strict_on_error_when_the_body_failed(run: Any) -> None:
    """A group tells of both errors."""

    async def main(txa: AnyioBackend) -> None:
        txa.add_callbacks(txa.create_future_success(None), fail, None)
        raise ValueError("body")

    with pytest.raises(ExceptionGroup) as caught:
        run(main, on_error=strict)
    assert [type(error) for error in caught.value.exceptions] == [ValueError, Strict]


def test_a_strict_on_error_that_raises_what_the_body_did(run: Any) -> None:
    """It is one error, and comes out bare."""
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


def test_the_first_of_two_errors_counts(run: Any) -> None:
    """A strict `on_error` that raises twice ends the block once."""

    async def main(txa: AnyioBackend) -> None:
        txa.call_later(0, fail)
        txa.call_later(0, leave)
        await txa.create_future()

    with pytest.raises(Strict):
        run(main, on_error=strict)


@pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt])
def test_leaving_from_a_callback(run: Any, error: type[BaseException]) -> None:
    """`SystemExit` comes out bare, after clean-up that uses timers and callbacks."""
    story: list[str] = []

    def raise_it(_value: object) -> None:
        raise error

    async def work(txa: AnyioBackend) -> None:
        try:
            await txa.create_future()
        finally:
            await txa.sleep(1)
            story.append("cleaned up")

    async def main(txa: AnyioBackend) -> None:
        txa.as_future(work, txa)
        txa.add_callbacks(txa.sleep(1), raise_it, None)
        await txa.create_future()

    with pytest.raises(error):
        run(main)
    assert story == ["cleaned up"]


def test_callback_that_raises_what_is_no_exception(
    run: Any, reported: list[BaseException]
) -> None:
    """R1: It is reported, and the program goes on: it is none of its ends."""
    error = GeneratorExit()

    def raise_it(_value: object) -> None:
        raise error

    async def main(txa: AnyioBackend) -> str:
        txa.add_callbacks(txa.create_future_success(1), raise_it, None)
        await txa.sleep(1)
        assert reported.pop() is error
        return "went on"

    assert run(main) == "went on"


async def _leave_now() -> None:
    raise SystemExit(3)


async def _leave_in_group() -> None:
    async with anyio.create_task_group() as group:
        group.start_soon(_leave_now)


def test_leaving_is_for_the_program_to_catch(run_natively: Any) -> None:
    """What comes out of the block does not end the loop, which goes on."""

    async def live() -> None:
        async with AnyioBackend() as txa:
            txa.as_future(_leave_now)
            await anyio.sleep(1000)

    async def main() -> str:
        with pytest.raises(SystemExit):
            await live()
        await anyio.sleep(1)
        return "goes on"

    assert run_natively(main) == "goes on"


async def _leave_and_fail() -> None:
    group = BaseExceptionGroup("both", [SystemExit(3), KeyError("other")])
    raise group


def test_leaving_from_a_coroutine_with_another_error(run: Any) -> None:
    """Then the group comes out that the coroutine raised: nothing is lost."""

    async def main(txa: AnyioBackend) -> None:
        txa.as_future(_leave_and_fail)
        await anyio.sleep(1000)

    with pytest.raises(BaseExceptionGroup) as caught:
        run(main)
    assert [type(error) for error in caught.value.exceptions] == [SystemExit, KeyError]


@pytest.mark.parametrize("leave", [_leave_now, _leave_in_group])
def test_leaving_from_a_coroutine(
    run: Any, leave: Callable[[], Awaitable[None]]
) -> None:
    """`SystemExit` comes out bare, its future is cancelled, others clean up."""
    story: list[str] = []

    async def work(txa: AnyioBackend) -> None:
        try:
            await txa.create_future()
        finally:
            await txa.uncancelled(txa.sleep, 1)
            story.append("cleaned up")

    async def main(txa: AnyioBackend) -> None:
        txa.as_future(work, txa)
        await txa.sleep(1)
        leaving = txa.as_future(leave)
        try:
            await anyio.sleep(1000)
        finally:
            assert txa.is_called(leaving)

    with pytest.raises(SystemExit) as caught:
        run(main)
    assert caught.value.code == 3
    assert story == ["cleaned up"]


def test_clean_up_has_its_grace(run: Any) -> None:
    """After it, each await of the clean-up raises, unless inside `uncancelled`."""
    story: list[Any] = []

    async def work(txa: AnyioBackend) -> None:
        begun = txa.time()
        try:
            await txa.create_future()
        finally:
            for _ in range(2):
                with pytest.raises(txa.CancelledError):
                    await txa.sleep(1000)
            story.append(round(txa.time() - begun))
            await txa.uncancelled(anyio.sleep, 100)
            story.append(round(txa.time() - begun))

    async def main(txa: AnyioBackend) -> None:
        txa.as_future(work, txa)
        await txa.sleep(1)

    run(main, grace=10)
    assert story == [11, 111]


def test_the_block_ends_with_its_last_coroutine(run_natively: Any) -> None:
    """It does not wait for the grace to be over."""

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


def test_what_clean_up_starts_is_cancelled(run: Any) -> None:
    """A coroutine that is started at the end is cancelled after the others."""
    story: list[Any] = []

    async def late(txa: AnyioBackend) -> None:
        try:
            await txa.create_future()
        finally:
            story.append(round(txa.time() - begun))

    async def work(txa: AnyioBackend) -> None:
        try:
            await txa.create_future()
        finally:
            txa.as_future(late, txa)

    async def main(txa: AnyioBackend) -> float:
        txa.as_future(work, txa)
        await txa.sleep(1)
        return txa.time()

    begun = 0.0

    async def remember(txa: AnyioBackend) -> None:
        nonlocal begun
        begun = await main(txa)

    run(remember, grace=10)
    assert story == [0]


def test_no_grace_at_all(run: Any) -> None:
    """Clean-up is interrupted at once."""

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
def test_a_grace_that_is_none(grace: float) -> None:
    """It has to be a number of seconds; one without an end is a number, too."""
    with pytest.raises(ValueError, match=r"^grace must be a number of seconds"):
        AnyioBackend(grace=grace)
    with pytest.raises(ValueError, match=r"^grace must be a number of seconds"):
        txaio_anyio.run(fail, grace=grace)
    assert AnyioBackend(grace=float("inf")).name == "anyio"


@pytest.mark.parametrize("grace", [None, "x"])
def test_a_grace_that_is_no_number(grace: Any) -> None:
    """It is named, before there is a loop, or a block."""
    with pytest.raises(TypeError, match=r"^grace must be a number of seconds"):
        AnyioBackend(grace=grace)
    with pytest.raises(TypeError, match=r"^grace must be a number of seconds"):
        txaio_anyio.run(fail, grace=grace)


def test_calls_that_renew_themselves_end_with_the_block(run: Any) -> None:
    """A delayed call without any delay does not keep the block from ending."""

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
    """A clear error names the fix, and no coroutine is left unawaited."""

    async def main() -> None:
        txa = AnyioBackend(debug=debug)
        async with AnyioBackend() as other:
            future = other.create_future_success(1)
            uses = await _used(txa, future)
            del uses["add_callbacks"]  # It is the future's backend that counts.
            for use in uses.values():
                with pytest.raises(RuntimeError, match="async with AnyioBackend"):
                    use()

    run_natively(main)


@pytest.mark.parametrize("debug", [False, True])
def test_used_after_its_block(run_natively: Any, debug: bool) -> None:
    """A clear error names the fix; handles are harmless, settled futures readable."""

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
    """A backend runs once."""

    async def main() -> None:
        async with AnyioBackend() as txa:
            with pytest.raises(RuntimeError, match="make another"):
                await txa.__aenter__()
        with pytest.raises(RuntimeError, match="make another"):
            async with txa:
                """Not reached."""

    run_natively(main)


def test_waiting_outside_when_the_block_ends(run_natively: Any) -> None:
    """A task of the program's own does not wait for ever."""

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
    """Two blocks in one loop: each takes the other's futures."""

    async def main() -> None:
        async with AnyioBackend() as one, AnyioBackend() as other:
            told: list[Any] = []
            future = other.create_future()
            assert one.is_future(future)
            one.add_callbacks(future, told.append, None)
            gathered = one.gather([future])
            other.resolve(future, 1)
            assert await gathered == [1]
            assert told == [1]

    run_natively(main)


def test_a_call_from_a_thread_that_comes_too_late(run_natively: Any) -> None:
    """On its way when the block ends, it is reported; after that, it raises."""
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
    """Without `on_error` they are logged, with their traceback."""

    async def main(txa: AnyioBackend) -> None:
        txa.add_callbacks(txa.create_future_success(None), fail, None)

    run(main, on_error=None)
    (record,) = caplog.records
    assert (record.name, record.levelname) == ("txaio.anyio", "ERROR")
    assert record.exc_info is not None
    assert isinstance(record.exc_info[1], KeyError)


def test_cancelled_natively_as_all_tasks_are(reported: list[BaseException]) -> None:
    """A task that asyncio cancels may be the scheduler: all clean up."""
    story: list[str] = []

    async def work(txa: AnyioBackend) -> None:
        try:
            await txa.create_future()
        finally:
            await txa.uncancelled(txa.sleep, 0.01)
            story.append("cleaned up")

    async def live() -> None:
        async with AnyioBackend(lambda _text, error: reported.append(error)) as txa:
            txa.as_future(work, txa)
            await txa.create_future()

    async def main() -> None:
        living = asyncio.ensure_future(live())
        await asyncio.sleep(0.01)
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
        await asyncio.wait([living])
        assert living.cancelled()

    asyncio.run(main())
    assert story == ["cleaned up"]
    assert reported == []


@pytest.fixture
def _interruptible() -> Iterator[None]:
    """Have Ctrl-C do what it does, though the tests may run where it does nothing."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("_interruptible")
@pytest.mark.parametrize("backend", ["asyncio", "trio"])
@pytest.mark.parametrize("where", ["body", "end"])
def test_interrupted_from_the_keyboard(backend: str, where: str) -> None:
    """`KeyboardInterrupt` comes out bare, and coroutines clean up before."""
    story: list[str] = []

    def interrupt() -> None:
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    async def work() -> None:
        try:
            await anyio.sleep(10)
        finally:
            await backend_of.pop().uncancelled(anyio.sleep, 0.1)
            story.append("cleaned up")

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
    assert story == ["cleaned up"]


def test_interrupted_between_two_calls(run: Any) -> None:
    """Ctrl-C that hits the scheduler leaves it to serve the clean-up of others."""
    story: list[str] = []

    async def work(txa: AnyioBackend) -> None:
        try:
            await txa.create_future()
        finally:
            await txa.sleep(1)
            story.append("cleaned up")

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
    assert story == ["cleaned up"]


def test_a_future_says_what_it_is(run: Any) -> None:
    """Its state is part of what it looks like."""

    async def main(txa: AnyioBackend) -> None:
        future = txa.create_future()
        assert type(future) is AnyioFuture
        assert "<AnyioFuture pending at" in repr(future)

    run(main)
