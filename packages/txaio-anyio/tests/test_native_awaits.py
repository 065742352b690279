"""Coroutines that await AnyIO's own functions as well as futures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anyio
import pytest


if TYPE_CHECKING:
    from txaio_anyio import AnyioBackend


def test_cancelled_at_a_native_await_after_one_of_a_future(run: Any) -> None:
    """The future that it has awaited before plays no part any more."""

    async def work(txa: AnyioBackend) -> None:
        await txa.sleep(1)
        await anyio.sleep(1000)

    async def main(txa: AnyioBackend) -> None:
        future = txa.as_future(work, txa)
        await txa.sleep(2)
        before = txa.time()
        txa.cancel(future)
        with pytest.raises(txa.CancelledError):
            await future
        assert txa.time() - before == pytest.approx(0, abs=0.01)

    run(main)


def test_future_that_ends_otherwise_than_by_the_native_cancellation(run: Any) -> None:
    """A coroutine that AnyIO has cancelled sees how what it awaits ends."""

    async def fail_in_clean_up(txa: AnyioBackend) -> None:
        try:
            await txa.create_future()
        finally:
            raise KeyError("clean-up")

    async def go_on(txa: AnyioBackend) -> str:
        try:
            await txa.create_future()
        except txa.CancelledError:
            await txa.sleep(1)
        return "value"

    async def work(txa: AnyioBackend) -> None:
        failing, going_on = (
            txa.as_future(fail_in_clean_up, txa),
            txa.as_future(go_on, txa),
        )
        try:
            await anyio.sleep(1000)
        finally:
            with pytest.raises(KeyError, match="clean-up"):
                await failing
            assert await going_on == "value"
            seen.append("both")

    async def main(txa: AnyioBackend) -> None:
        future = txa.as_future(work, txa)
        await txa.sleep(1)
        txa.cancel(future)
        with pytest.raises(txa.CancelledError):
            await future
        assert seen == ["both"]

    seen: list[str] = []
    run(main)
