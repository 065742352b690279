"""What a driver tells about what runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anyio


if TYPE_CHECKING:
    from txaio_anyio import AnyioBackend


def test_futures_that_are_awaited(run: Any) -> None:
    """Native tasks may await some, too; not all coroutines await one."""

    async def wait(future: Any) -> None:
        await future

    async def wait_in_a_scope(txa: AnyioBackend) -> None:
        async with txa.move_on_after(1000):
            await anyio.sleep(2)

    async def main(txa: AnyioBackend) -> None:
        first, second = txa.create_future(), txa.create_future()
        coroutines = {txa.as_future(wait, first), txa.as_future(anyio.sleep, 2)}
        async with anyio.create_task_group() as group:
            group.start_soon(wait, second)
            group.start_soon(wait_in_a_scope, txa)
            await anyio.sleep(1)
            statistics = txa.native.statistics()
            assert set(statistics.tasks) == coroutines
            shown = [repr(it) for it in coroutines]
            assert sum("wait() waits at" in it for it in shown) == 1
            assert set(statistics.awaited) == {first, second}
            for future in (first, second):
                txa.resolve(future)
        await txa.gather(list(coroutines))
        assert txa.native.statistics() == ((), (), ())

    run(main)


def test_what_a_native_task_awaits(run: Any) -> None:
    """Each task of the loop is known, and the future that it awaits, if any."""

    async def wait(future: Any) -> None:
        await future

    async def main(txa: AnyioBackend) -> None:
        future = txa.create_future()
        async with anyio.create_task_group() as group:
            group.start_soon(wait, future)
            group.start_soon(anyio.sleep, 2)
            await anyio.sleep(1)
            running = txa.native.running()
            txa.resolve(future)
        assert len(running) >= 4
        assert [it.awaited for it in running if it.awaited is not None] == [future]

    run(main)


def test_when_a_call_is_due(run: Any) -> None:
    """It is known of each handle, until the call is made or cancelled."""

    async def main(txa: AnyioBackend) -> None:
        driver = txa.native
        handles = [driver.call_at(when, print) for when in (1e6, 2e6, 3e6)]
        assert [driver.due(handle) for handle in handles] == [1e6, 2e6, 3e6]
        handles[1].cancel()
        assert [driver.due(handle) for handle in handles] == [1e6, None, 3e6]
        assert sorted(driver.statistics().timers) == [(print, 1e6), (print, 3e6)]
        for handle in handles:
            handle.cancel()
        assert driver.due(driver.call_soon(int)) is None

    run(main)
