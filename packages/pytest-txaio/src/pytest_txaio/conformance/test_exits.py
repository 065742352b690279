"""`SystemExit` and `KeyboardInterrupt`: they end the run, after all clean-up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest


if TYPE_CHECKING:
    from collections.abc import Callable

    from txaio_interfaces import IBackend

    Run = Callable[..., Any]


async def leave(_txa: IBackend, error: BaseException) -> None:
    """End the program from a coroutine."""
    raise error


def leave_at_once(error: BaseException) -> None:
    """End the program from a call."""
    raise error


LEAVING: dict[str, Callable[[IBackend, BaseException], object]] = {
    "call": lambda txa, error: txa.call_later(0, leave_at_once, error),
    "timer": lambda txa, error: txa.call_later(1e-6, leave_at_once, error),
    "callback": lambda txa, error: txa.add_callbacks(
        txa.create_future_success(None), lambda _none: leave_at_once(error), None
    ),
    "coroutine": lambda txa, error: txa.as_future(leave, txa, error),
}


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
@pytest.mark.parametrize("end", LEAVING.values(), ids=LEAVING)
def test_clean_up_after_an_exit(
    run: Run,
    unit: float,
    end: Callable[[IBackend, BaseException], object],
    kind: type[BaseException],
) -> None:
    """L1: If something else than `main` ends the program, coroutines clean up as well.

    What is inside `uncancelled` by then goes on.
    """
    events: list[str] = []
    error = kind("left")

    async def farewell(txa: IBackend) -> None:
        await txa.sleep(3 * unit)
        events.append("farewell")

    async def work(txa: IBackend, name: str) -> None:
        try:
            await txa.create_future()
        finally:
            await txa.uncancelled(farewell, txa)
            events.append(name)

    async def main(txa: IBackend) -> None:
        cancelled = txa.as_future(work, txa, "cancelled before")
        txa.as_future(work, txa, "cancelled by the end")
        await txa.sleep(unit)
        txa.cancel(cancelled)
        await txa.sleep(unit)
        end(txa, error)
        try:
            await txa.create_future()
        finally:
            events.append("main")

    with pytest.raises(kind) as caught:
        run(main)
    assert caught.value is error
    assert sorted(events) == [
        *["cancelled before", "cancelled by the end"],
        *["farewell", "farewell", "main"],
    ]


def test_exit_while_all_clean_up(run: Run, unit: float) -> None:
    """L1: The first `SystemExit` is raised; another one interrupts no clean-up."""
    events: list[str] = []
    first, second = SystemExit(1), SystemExit(2)

    async def farewell(txa: IBackend, name: str) -> None:
        if name == "work":
            txa.call_later(0, leave_at_once, second)
        await txa.sleep(3 * unit)
        events.append(name)

    async def work(txa: IBackend, name: str) -> None:
        try:
            await txa.create_future()
        finally:
            await txa.uncancelled(farewell, txa, name)

    async def main(txa: IBackend) -> None:
        txa.as_future(work, txa, "work")
        await txa.sleep(unit)
        txa.call_later(0, leave_at_once, first)
        await work(txa, "main")

    with pytest.raises(SystemExit) as caught:
        run(main)
    assert caught.value is first
    assert sorted(events) == ["main", "work"]
