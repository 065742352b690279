"""Deadlines around AnyIO's own functions."""

from __future__ import annotations

from typing import Any

import anyio
import pytest

from txaio_anyio import AnyioBackend


@pytest.mark.parametrize("is_started", [True, False])
def test_deadline_of_native_awaits(run: Any, is_started: bool) -> None:
    """D1: AnyIO's exception ends the body, and what comes after it goes on."""
    seen: list[type[BaseException]] = []

    async def work(txa: AnyioBackend) -> bool:
        async with txa.move_on_after(1) as scope:
            try:
                await anyio.sleep(1000)
            except BaseException as error:
                seen.append(type(error))
                raise
        await anyio.sleep(1)
        await txa.sleep(1)
        return scope.expired

    async def main(txa: AnyioBackend) -> None:
        assert await (txa.as_future(work, txa) if is_started else work(txa))
        assert seen == [anyio.get_cancelled_exc_class()]

    run(main)


def test_native_await_after_a_scope_was_cancelled(run: Any) -> None:
    """D2: A body that has cancelled its own scope is cancelled at a native await."""

    async def work(txa: AnyioBackend) -> str:
        async with txa.move_on_after(1000) as scope:
            scope.cancel()
            await anyio.sleep(1000)
            pytest.fail("not cancelled")
        return "went on"

    async def main(txa: AnyioBackend) -> None:
        assert await txa.as_future(work, txa) == "went on"

    run(main)


def test_cancelled_from_outside_as_well(run: Any) -> None:
    """D3: A cancellation during the clean-up is not swallowed with AnyIO's."""
    events: list[str] = []

    async def work(txa: AnyioBackend) -> None:
        async with txa.move_on_after(1):
            try:
                await anyio.sleep(1000)
            finally:
                await txa.uncancelled(txa.sleep, 5)
                events.append("cleaned up")
        events.append("swallowed")

    async def main(txa: AnyioBackend) -> None:
        future = txa.as_future(work, txa)
        await txa.sleep(3)
        txa.cancel(future)
        with pytest.raises(txa.CancelledError):
            await future
        assert events == ["cleaned up"]

    run(main)


def test_two_scopes_of_native_awaits(run: Any) -> None:
    """D3: If both are cancelled at once, the outer one ends."""
    events: list[str] = []

    async def work(txa: AnyioBackend) -> None:
        async with txa.move_on_after(1000) as outer:
            async with txa.move_on_after(1000) as inner:
                inner.cancel()
                outer.cancel()
                await anyio.sleep(1000)
            events.append("between")
        events.append("after")

    async def main(txa: AnyioBackend) -> None:
        await txa.as_future(work, txa)
        assert events == ["after"]

    run(main)


def test_coroutine_and_its_scope_are_cancelled_at_once(run: Any) -> None:
    """D3: The whole coroutine ends, though its block was cancelled as well."""
    futures: list[Any] = []

    async def work(txa: AnyioBackend) -> None:
        await txa.sleep(0)
        async with txa.move_on_after(1000) as scope:
            txa.cancel(futures[0])
            scope.cancel()
            await anyio.sleep(1000)
        pytest.fail("swallowed")

    async def main(txa: AnyioBackend) -> None:
        futures.append(txa.as_future(work, txa))
        with pytest.raises(txa.CancelledError):
            await futures[0]

    run(main)


def test_block_of_the_backend_ends_before_a_scope(run_natively: Any) -> None:
    """D1: A native task in a scope that awaits no future then goes on."""

    async def work(txa: AnyioBackend) -> None:
        async with txa.move_on_after(1000) as scope:
            await anyio.sleep(10)
        assert not scope.expired
        events.append("went on")

    async def main() -> None:
        async with anyio.create_task_group() as group, AnyioBackend() as txa:
            group.start_soon(work, txa)
            await txa.sleep(1)

    events: list[str] = []
    run_natively(main)
    assert events == ["went on"]


@pytest.mark.parametrize("first", ["inner", "outer"])
def test_inner_scope_is_left_without_an_await(run: Any, first: str) -> None:
    """D3: If both are cancelled, the outer one is at the next native await."""

    async def work(txa: AnyioBackend) -> bool:
        async with txa.move_on_after(1000) as outer:
            async with txa.move_on_after(1000) as inner:
                for scope in (inner, outer) if first == "inner" else (outer, inner):
                    scope.cancel()
            await anyio.sleep(500)
            pytest.fail("not cancelled")
        return True

    async def main(txa: AnyioBackend) -> None:
        assert await txa.as_future(work, txa)

    run(main)


@pytest.mark.parametrize("first", ["scope", "coroutine"])
def test_scope_of_a_cancelled_coroutine_is_left_without_an_await(
    run: Any, first: str
) -> None:
    """D3: If both are cancelled, the coroutine is at its next native await."""
    futures: list[Any] = []

    async def work(txa: AnyioBackend) -> None:
        await txa.sleep(0)
        async with txa.move_on_after(1000) as scope:
            if first == "scope":
                scope.cancel()
            txa.cancel(futures[0])
            scope.cancel()
        await anyio.sleep(500)
        pytest.fail("not cancelled")

    async def main(txa: AnyioBackend) -> None:
        futures.append(txa.as_future(work, txa))
        with pytest.raises(txa.CancelledError):
            await futures[0]

    run(main)


@pytest.mark.parametrize("is_started", [True, False])
def test_future_awaited_after_a_native_await_in_a_scope(
    run: Any, is_started: bool
) -> None:
    """D1: At each await after AnyIO's a future's raises the backend's exception."""
    seen: list[type[BaseException]] = []

    async def work(txa: AnyioBackend) -> bool:
        async with txa.move_on_after(1) as scope:
            for awaitable in (anyio.sleep(1000), txa.sleep(1000)):
                try:
                    await awaitable
                except BaseException as error:  # noqa: BLE001 - to tell which
                    seen.append(type(error))
        return scope.expired

    async def main(txa: AnyioBackend) -> None:
        assert await (txa.as_future(work, txa) if is_started else work(txa))
        assert seen == [anyio.get_cancelled_exc_class(), txa.CancelledError]

    run(main)


def test_native_scope_around_one(run: Any) -> None:
    """D3: What is cancelled natively around a deadline is so in any task."""

    async def main(txa: AnyioBackend) -> None:
        future = txa.create_future()
        with anyio.move_on_after(1) as scope:
            async with txa.move_on_after(1000):
                await future
        assert scope.cancelled_caught
        with pytest.raises(txa.CancelledError):
            await future

    run(main)


def test_deadlines_one_after_the_other(run: Any) -> None:
    """D1: AnyIO's exception has been seen at the end of its block."""

    async def work(txa: AnyioBackend) -> list[bool]:
        expired = []
        for _ in range(2):
            async with txa.move_on_after(1) as scope:
                await anyio.sleep(500)
            expired.append(scope.expired)
        return expired

    async def main(txa: AnyioBackend) -> None:
        begun = txa.time()
        assert await txa.as_future(work, txa) == [True, True]
        assert txa.time() - begun == pytest.approx(2, abs=0.01)

    run(main)


def test_outer_scope_is_cancelled_in_the_clean_up_of_the_inner_one(run: Any) -> None:
    """D3: The outer one ends, although AnyIO has cancelled the inner one alone."""
    events: list[str] = []

    async def work(txa: AnyioBackend) -> None:
        async with txa.move_on_after(1000) as outer:
            async with txa.move_on_after(1):
                try:
                    await anyio.sleep(500)
                finally:
                    outer.cancel()
            events.append("between")
        events.append("after")

    async def main(txa: AnyioBackend) -> None:
        await txa.as_future(work, txa)
        assert events == ["after"]

    run(main)


def test_text_of_what_comes_after_a_deadline_of_a_native_await(run: Any) -> None:
    """X13: The deadline takes no text from what comes outside."""

    async def work(txa: AnyioBackend, scopes: list[Any]) -> None:
        async with txa.move_on_after(1000) as scope:
            scopes.append(scope)
            await anyio.sleep(1000)

    async def main(txa: AnyioBackend) -> None:
        scopes: list[Any] = []
        future = txa.as_future(work, txa, scopes)
        await txa.sleep(1)
        scopes[0].cancel()
        txa.cancel(future, "why")
        with pytest.raises(txa.CancelledError, match="why"):
            await future

    run(main)
