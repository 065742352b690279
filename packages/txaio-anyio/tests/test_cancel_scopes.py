"""Cancellation of ours beside that of AnyIO's cancel scopes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anyio
import pytest


if TYPE_CHECKING:
    from txaio_anyio import AnyioBackend


def test_a_scope_in_a_coroutine_sees_the_native_class(run: Any) -> None:
    """A time-out around an await is AnyIO's: the future goes, the coroutine stays."""
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
    """A cancelled coroutine may bound its clean-up with a scope of its own."""

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


def test_awaits_of_ours_in_clean_up_are_left_alone(run: Any) -> None:
    """Our cancellation is seen once, as on asyncio: clean-up may await."""

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
    """Where AnyIO's own functions wait, cancellation is AnyIO's: at every await."""
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


def test_a_coroutine_that_lets_native_cancellation_out(run: Any) -> None:
    """It is cancelled, with the message that was given."""

    async def main(txa: AnyioBackend) -> None:
        waiting = txa.as_future(anyio.sleep, 1000)
        await txa.sleep(1)
        txa.cancel(waiting, "enough")
        with pytest.raises(txa.CancelledError, match="enough"):
            await waiting

    run(main)


def test_a_task_group_in_a_coroutine(run: Any) -> None:
    """Cancelling the coroutine ends its children; the group around it goes."""
    story: list[str] = []

    async def child() -> None:
        try:
            await anyio.sleep(1000)
        except anyio.get_cancelled_exc_class():
            story.append("child")
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
        assert story == ["child"]

    run(main)


def test_a_task_group_that_waits_for_its_children(run: Any) -> None:
    """Children that await futures of ours see the native class, as children do."""
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
    """What went wrong in the clean-up of a child is not lost."""

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
    """Not cancelled itself, a coroutine fails with the group that it raises."""

    async def wait(future: Any) -> None:
        async with anyio.create_task_group():
            await future

    async def main(txa: AnyioBackend) -> None:
        future = txa.create_future()
        txa.cancel(future)
        with pytest.raises(ExceptionGroup) as caught:
            await txa.as_future(wait, future)
        assert caught.group_contains(txa.CancelledError)

    run(main)


@pytest.mark.parametrize("others", [1, 2])
def test_coroutines_that_wait_for_each_other(run: Any, others: int) -> None:
    """Cancelling any that waits in a circle, or for one in it, ends them all."""

    async def main(txa: AnyioBackend) -> None:
        async def wait(number: int) -> None:
            await waiting[number]

        size = others + 1
        waiting: list[Any] = []
        waiting += [txa.as_future(wait, (n + 1) % size) for n in range(size)]
        before_it = txa.as_future(wait, 0)
        await txa.sleep(1)
        txa.cancel(before_it)
        for future in (before_it, *waiting):
            with pytest.raises(txa.CancelledError):
                await future

    run(main)


def test_a_circle_at_the_end(run: Any) -> None:
    """Coroutines that wait for each other do not keep the program from ending."""

    async def main(txa: AnyioBackend) -> str:
        async def wait(number: int) -> None:
            await waiting[number]

        waiting: list[Any] = []
        waiting += [txa.as_future(wait, 1), txa.as_future(wait, 0)]
        await txa.sleep(1)
        return "ended"

    assert run(main) == "ended"


def test_a_circle_through_a_clean_up(run: Any) -> None:
    """One waits, unable to be cancelled, for one that is cancelled meanwhile."""

    async def main(txa: AnyioBackend) -> None:
        async def wait() -> None:
            await stubborn

        async def refuse() -> None:
            await txa.uncancelled(wait_for, waiting)

        async def wait_for(future: Any) -> str:
            with pytest.raises(txa.CancelledError):
                await future
            return "cleaned up"

        waiting = txa.as_future(wait)
        stubborn = txa.as_future(refuse)
        await txa.sleep(1)
        txa.cancel(waiting)
        with pytest.raises(txa.CancelledError):
            await waiting
        assert await stubborn is None

    run(main)


def test_a_long_chain_is_cancelled(run: Any) -> None:
    """Three thousand coroutines, each waiting for the next: no recursion error."""

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


def test_waiting_for_one_that_cleans_up(run: Any) -> None:
    """Cancelled too, its awaiter does not interrupt it, and ends after it."""
    story: list[str] = []

    async def main(txa: AnyioBackend) -> None:
        async def clean_up() -> None:
            try:
                await txa.create_future()
            finally:
                await txa.sleep(2)
                story.append("cleaned up")

        async def wait() -> None:
            try:
                await cleaning
            finally:
                story.append("awaiter")

        cleaning = txa.as_future(clean_up)
        waiting = txa.as_future(wait)
        await txa.sleep(1)
        txa.cancel(cleaning)
        await txa.sleep(1)
        txa.cancel(waiting)
        with pytest.raises(txa.CancelledError):
            await waiting
        assert story == ["cleaned up", "awaiter"]

    run(main)


def test_the_future_of_a_running_coroutine(run: Any) -> None:
    """Nobody but the coroutine settles it."""

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
    """It goes on to its next await, sees it there, and cleans up in peace."""
    story: list[str] = []

    async def main(txa: AnyioBackend) -> None:
        async def wait() -> None:
            txa.cancel(waiting)
            story.append("goes on")
            try:
                await txa.sleep(1000)
            finally:
                await txa.sleep(1)
                story.append("cleaned up")

        waiting = txa.as_future(wait)
        with pytest.raises(txa.CancelledError):
            await waiting
        assert story == ["goes on", "cleaned up"]

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
    """It turns its cancellation into a value."""

    async def main(txa: AnyioBackend) -> None:
        async def end() -> str:
            txa.cancel(ending)
            return "value"

        ending = txa.as_future(end)
        assert await ending == "value"

    run(main)


def test_settled_and_cancelled_in_the_same_turn(run: Any) -> None:
    """A coroutine that is to resume with a value, and is cancelled first, sees that."""

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
    """It is raised at the next await, ours or AnyIO's, and not before."""
    seen: list[Any] = []

    async def wait(txa: AnyioBackend, awaitable: Any) -> None:
        await txa.uncancelled(anyio.sleep, 2)
        seen.append("in peace")
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
        assert seen == ["in peace", txa.CancelledError, "in peace", native]

    run(main)


def test_a_scope_inside_uncancelled(run: Any) -> None:
    """A time-out in clean-up that may not be cancelled is still AnyIO's."""

    async def tidy(txa: AnyioBackend) -> bool:
        with anyio.move_on_after(1) as scope:
            await txa.create_future()
        return scope.cancelled_caught

    async def wait(txa: AnyioBackend) -> bool:
        tidied: bool = await txa.uncancelled(tidy, txa)
        return tidied

    async def main(txa: AnyioBackend) -> None:
        waiting = txa.as_future(wait, txa)
        await txa.sleep(0.5)
        txa.cancel(waiting)
        assert await waiting is True

    run(main)


def test_a_cancelled_block_waits_for_what_it_awaits(run: Any) -> None:
    """A scope around an await of a coroutine's future waits for its clean-up."""
    story: list[str] = []

    async def work(txa: AnyioBackend) -> None:
        try:
            await txa.create_future()
        finally:
            await txa.sleep(1)
            story.append("inner")

    async def main(txa: AnyioBackend) -> None:
        with anyio.move_on_after(1):
            try:
                await txa.as_future(work, txa)
            finally:
                story.append("outer")
        assert story == ["inner", "outer"]

    run(main)
