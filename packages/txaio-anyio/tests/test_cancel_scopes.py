"""Cancellation by the backend, together with AnyIO's cancel scopes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anyio
import pytest


if TYPE_CHECKING:
    from txaio_anyio import AnyioBackend


def test_a_scope_in_a_coroutine_sees_the_native_class(run: Any) -> None:
    """An AnyIO time-out around an await cancels the future, not the coroutine."""
    seen: list[type[BaseException]] = []

    async def wait(future: Any) -> str:
        with anyio.move_on_after(1) as scope:
            try:
                await future
            except BaseException as error:
                seen.append(type(error))
                raise
        return "on time" if scope.cancelled_caught else "too long"

    async def main(txa: AnyioBackend) -> None:
        future = txa.create_future()
        assert await txa.as_future(wait, future) == "on time"
        assert seen == [anyio.get_cancelled_exc_class()]
        with pytest.raises(txa.CancelledError):
            await future

    run(main)


def test_a_scope_in_clean_up_works(run: Any) -> None:
    """A cancelled coroutine may limit its clean-up with a scope of its own."""

    async def wait(txa: AnyioBackend) -> bool:
        try:
            await txa.create_future()
        except txa.CancelledError:
            before = anyio.current_time()
            with anyio.move_on_after(2) as scope:
                await txa.sleep(1000)
            assert anyio.current_time() - before == pytest.approx(2, abs=0.01)
        return scope.cancelled_caught

    async def main(txa: AnyioBackend) -> None:
        waiting = txa.as_future(wait, txa)
        await txa.sleep(1)
        txa.cancel(waiting)
        assert await waiting is True

    run(main)


def test_awaits_in_clean_up_are_not_interrupted(run: Any) -> None:
    """A cancellation is raised once, as on asyncio: clean-up may await."""

    async def wait(txa: AnyioBackend) -> str:
        try:
            await txa.create_future()
        finally:
            await txa.sleep(1)
            await anyio.sleep(1)
        return "not reached"

    async def main(txa: AnyioBackend) -> None:
        waiting = txa.as_future(wait, txa)
        await txa.sleep(1)
        before = txa.time()
        txa.cancel(waiting, "enough")
        txa.cancel(waiting)
        with pytest.raises(txa.CancelledError, match="enough"):
            await waiting
        assert txa.time() - before == pytest.approx(2, abs=0.01)

    run(main)


def test_a_native_await_sees_the_native_class(run: Any) -> None:
    """Awaits of AnyIO's own functions raise AnyIO's exception, each of them."""
    seen: list[type[BaseException]] = []

    async def wait(txa: AnyioBackend) -> None:
        for awaitable in (anyio.sleep(1000), anyio.sleep(1000), txa.sleep(1000)):
            try:
                await awaitable
            except BaseException as error:  # noqa: BLE001 - to tell which
                seen.append(type(error))

    async def main(txa: AnyioBackend) -> None:
        waiting = txa.as_future(wait, txa)
        await txa.sleep(1)
        txa.cancel(waiting)
        assert await waiting is None
        native = anyio.get_cancelled_exc_class()
        assert seen == [native, native, txa.CancelledError]

    run(main)


def test_a_coroutine_that_does_not_catch_native_cancellation(run: Any) -> None:
    """It is cancelled, with the message that was passed to `cancel`."""

    async def main(txa: AnyioBackend) -> None:
        waiting = txa.as_future(anyio.sleep, 1000)
        await txa.sleep(1)
        txa.cancel(waiting, "enough")
        with pytest.raises(txa.CancelledError, match="enough"):
            await waiting

    run(main)


def test_a_task_group_in_a_coroutine(run: Any) -> None:
    """Cancelling the coroutine ends its children; no group wraps the exception."""
    events: list[str] = []

    async def child() -> None:
        try:
            await anyio.sleep(1000)
        except anyio.get_cancelled_exc_class():
            events.append("child")
            raise

    async def wait(txa: AnyioBackend) -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(child)
            await txa.create_future()

    async def main(txa: AnyioBackend) -> None:
        waiting = txa.as_future(wait, txa)
        await txa.sleep(1)
        txa.cancel(waiting)
        with pytest.raises(txa.CancelledError):
            await waiting
        assert events == ["child"]

    run(main)


def test_a_task_group_that_waits_for_its_children(run: Any) -> None:
    """Children that await futures of the backend see the native class."""
    seen: list[type[BaseException]] = []

    async def child(future: Any) -> None:
        try:
            await future
        except BaseException as error:
            seen.append(type(error))
            raise

    async def wait(future: Any) -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(child, future)

    async def main(txa: AnyioBackend) -> None:
        future = txa.create_future()
        waiting = txa.as_future(wait, future)
        await txa.sleep(1)
        txa.cancel(waiting)
        for one in (waiting, future):
            with pytest.raises(txa.CancelledError):
                await one
        assert seen == [anyio.get_cancelled_exc_class()]

    run(main)


@pytest.mark.parametrize("natively", [False, True])
def test_an_error_in_a_cancelled_task_group(run: Any, natively: bool) -> None:
    """An error in the clean-up of a child is not lost."""

    async def child() -> None:
        try:
            await anyio.sleep(1000)
        finally:
            raise KeyError("child")

    async def wait(txa: AnyioBackend) -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(child)
            if natively:
                await anyio.sleep(1000)
            else:
                await txa.create_future()

    async def main(txa: AnyioBackend) -> None:
        waiting = txa.as_future(wait, txa)
        await txa.sleep(1)
        txa.cancel(waiting)
        with pytest.raises(ExceptionGroup) as caught:
            await waiting
        assert [type(error) for error in caught.value.exceptions] == [KeyError]

    run(main)


def test_a_group_of_cancelled_members_only(run: Any) -> None:
    """A coroutine that was not cancelled fails with the group that it raises."""

    async def wait(future: Any) -> None:
        async with anyio.create_task_group():
            await future

    async def main(txa: AnyioBackend) -> None:
        future = txa.create_future()
        txa.cancel(future)
        with pytest.raises(BaseExceptionGroup) as caught:
            await txa.as_future(wait, future)
        assert caught.group_contains(txa.CancelledError)

    run(main)


@pytest.mark.parametrize("others", [1, 2])
def test_coroutines_that_wait_for_each_other(run: Any, others: int) -> None:
    """Cancelling one of a cycle, or one that waits for it, ends all of them."""

    async def main(txa: AnyioBackend) -> None:
        async def wait(number: int) -> None:
            await waiting[number]

        size = others + 1
        waiting: list[Any] = []
        waiting += [txa.as_future(wait, (n + 1) % size) for n in range(size)]
        outside = txa.as_future(wait, 0)
        await txa.sleep(1)
        txa.cancel(outside)
        for future in (outside, *waiting):
            with pytest.raises(txa.CancelledError):
                await future

    run(main)


def test_a_cycle_at_the_end(run: Any) -> None:
    """Coroutines that wait for each other do not keep the program from ending."""

    async def main(txa: AnyioBackend) -> str:
        async def wait(number: int) -> None:
            await waiting[number]

        waiting: list[Any] = []
        waiting += [txa.as_future(wait, 1), txa.as_future(wait, 0)]
        await txa.sleep(1)
        return "ended"

    assert run(main) == "ended"


def test_a_cycle_through_uncancelled(run: Any) -> None:
    """A coroutine inside `uncancelled` waits for one that is cancelled meanwhile."""

    async def main(txa: AnyioBackend) -> None:
        async def wait() -> None:
            await shielded

        async def wait_shielded() -> None:
            await txa.uncancelled(wait_for, waiting)

        async def wait_for(future: Any) -> str:
            with pytest.raises(txa.CancelledError):
                await future
            return "cleaned up"

        waiting = txa.as_future(wait)
        shielded = txa.as_future(wait_shielded)
        await txa.sleep(1)
        txa.cancel(waiting)
        with pytest.raises(txa.CancelledError):
            await waiting
        assert await shielded is None

    run(main)


def test_a_long_chain_is_cancelled(run: Any) -> None:
    """3,000 coroutines, each waiting for the next, cause no recursion error."""

    async def main(txa: AnyioBackend) -> None:
        async def wait(future: Any) -> None:
            await future

        future = txa.create_future()
        for _ in range(3000):
            future = txa.as_future(wait, future)
        await txa.sleep(1)
        txa.cancel(future)
        with pytest.raises(txa.CancelledError):
            await future

    run(main)


def test_cancelling_the_awaiter_of_a_clean_up(run: Any) -> None:
    """The awaiter does not interrupt the clean-up, and ends after it."""
    events: list[str] = []

    async def main(txa: AnyioBackend) -> None:
        async def clean_up() -> None:
            try:
                await txa.create_future()
            finally:
                await txa.uncancelled(txa.sleep, 2)
                events.append("cleaned up")

        async def wait() -> None:
            try:
                await cleaning
            finally:
                events.append("awaiter")

        cleaning = txa.as_future(clean_up)
        waiting = txa.as_future(wait)
        await txa.sleep(1)
        txa.cancel(cleaning)
        await txa.sleep(1)
        txa.cancel(waiting)
        with pytest.raises(txa.CancelledError):
            await waiting
        assert events == ["cleaned up", "awaiter"]

    run(main)


def test_the_future_of_a_running_coroutine(run: Any) -> None:
    """Only the coroutine settles it: `resolve` and `reject` raise."""

    async def main(txa: AnyioBackend) -> None:
        waiting = txa.as_future(anyio.sleep, 1)
        for settle in (txa.resolve, txa.reject):
            with pytest.raises(RuntimeError, match="settled by its return value"):
                settle(waiting, KeyError())
        await waiting
        with pytest.raises(txa.InvalidStateError, match="resolved already"):
            txa.resolve(waiting)

    run(main)


def test_a_coroutine_that_cancels_itself(run: Any) -> None:
    """It runs to its next await, which raises; its clean-up is not interrupted."""
    events: list[str] = []

    async def main(txa: AnyioBackend) -> None:
        async def wait() -> None:
            txa.cancel(waiting)
            events.append("goes on")
            try:
                await txa.sleep(1000)
            finally:
                await txa.sleep(1)
                events.append("cleaned up")

        waiting = txa.as_future(wait)
        with pytest.raises(txa.CancelledError):
            await waiting
        assert events == ["goes on", "cleaned up"]

    run(main)


def test_a_coroutine_that_cancels_itself_and_awaits_natively(run: Any) -> None:
    """It sees the native class at its next await."""
    seen: list[type[BaseException]] = []

    async def main(txa: AnyioBackend) -> None:
        async def wait() -> None:
            txa.cancel(waiting)
            try:
                await anyio.sleep(1000)
            except BaseException as error:
                seen.append(type(error))
                raise

        waiting = txa.as_future(wait)
        with pytest.raises(txa.CancelledError):
            await waiting
        assert seen == [anyio.get_cancelled_exc_class()]

    run(main)


def test_a_coroutine_that_cancels_itself_and_ends(run: Any) -> None:
    """Its future gets its return value."""

    async def main(txa: AnyioBackend) -> None:
        async def end() -> str:
            txa.cancel(ending)
            return "value"

        ending = txa.as_future(end)
        assert await ending == "value"

    run(main)


def test_settled_and_cancelled_in_the_same_turn(run: Any) -> None:
    """A coroutine that is cancelled before it resumes sees the cancellation."""

    async def main(txa: AnyioBackend) -> None:
        async def wait() -> str:
            try:
                await future
            except txa.CancelledError:
                return "cancelled"
            return "resumed"

        future = txa.create_future()
        waiting = txa.as_future(wait)
        await txa.sleep(1)
        txa.resolve(future)
        txa.cancel(waiting)
        assert await waiting == "cancelled"

    run(main)


def test_cancelled_inside_uncancelled(run: Any) -> None:
    """It is raised at the next await, of the backend or of AnyIO, and not before."""
    seen: list[Any] = []

    async def wait(txa: AnyioBackend, awaitable: Any) -> None:
        await txa.uncancelled(anyio.sleep, 2)
        seen.append("not interrupted")
        try:
            await awaitable
        except BaseException as error:
            seen.append(type(error))
            raise

    async def main(txa: AnyioBackend) -> None:
        for awaitable in (txa.create_future(), anyio.sleep(1000)):
            waiting = txa.as_future(wait, txa, awaitable)
            await txa.sleep(1)
            txa.cancel(waiting)
            with pytest.raises(txa.CancelledError):
                await waiting
        native = anyio.get_cancelled_exc_class()
        assert seen == [
            "not interrupted",
            txa.CancelledError,
            "not interrupted",
            native,
        ]

    run(main)


def test_a_scope_inside_uncancelled(run: Any) -> None:
    """A time-out of AnyIO works inside `uncancelled`."""

    async def clean_up(txa: AnyioBackend) -> bool:
        with anyio.move_on_after(1) as scope:
            await txa.create_future()
        return scope.cancelled_caught

    async def wait(txa: AnyioBackend) -> bool:
        timed_out: bool = await txa.uncancelled(clean_up, txa)
        return timed_out

    async def main(txa: AnyioBackend) -> None:
        waiting = txa.as_future(wait, txa)
        await txa.sleep(0.5)
        txa.cancel(waiting)
        assert await waiting is True

    run(main)


def test_a_cancelled_scope_waits_for_the_coroutine(run: Any) -> None:
    """A scope around the await of a coroutine's future waits for its clean-up."""
    events: list[str] = []

    async def work(txa: AnyioBackend) -> None:
        try:
            await txa.create_future()
        finally:
            await txa.sleep(1)
            events.append("inner")

    async def main(txa: AnyioBackend) -> None:
        with anyio.move_on_after(1):
            try:
                await txa.as_future(work, txa)
            finally:
                events.append("outer")
        assert events == ["inner", "outer"]

    run(main)
