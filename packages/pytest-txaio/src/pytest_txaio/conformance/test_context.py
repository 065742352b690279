"""Context variables: each coroutine and each call has its own context."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pytest_txaio import pause
from pytest_txaio.conformance._helpers import variable


if TYPE_CHECKING:
    from txaio_interfaces import IBackend


async def test_coroutine_has_the_context_of_its_caller(txa: IBackend) -> None:
    """V1: A coroutine starts in a copy of the context in which its future was made."""

    async def work() -> str:
        await txa.sleep(0)
        return variable.get()

    token = variable.set("caller")
    future = txa.as_future(work)
    variable.reset(token)
    assert await future == "caller"


async def test_gathered_coroutine_has_the_context_of_its_caller(txa: IBackend) -> None:
    """V1: The same is true of a coroutine object that is gathered."""

    async def work() -> str:
        await txa.sleep(0)
        return variable.get()

    token = variable.set("caller")
    gathering = txa.gather([work(), work()])
    variable.reset(token)
    assert await gathering == ["caller", "caller"]


async def test_coroutine_leaks_nothing(txa: IBackend, unit: float) -> None:
    """V1: What a coroutine sets is not visible to its caller nor to its awaiters."""

    async def work() -> None:
        variable.set("before the await")
        await txa.sleep(unit)
        variable.set("after the await")

    async def fail() -> None:
        variable.set("before the error")
        raise ValueError

    future = txa.as_future(work)
    assert variable.get() == "-"
    await future
    assert variable.get() == "-"
    failing = txa.as_future(fail)
    assert variable.get() == "-"
    with pytest.raises(ValueError):  # noqa: PT011 - any text
        await failing
    assert variable.get() == "-"


async def test_coroutines_keep_their_context(txa: IBackend, unit: float) -> None:
    """V1: Each coroutine keeps the values that it has set, across all awaits."""
    seen: list[tuple[str, str]] = []
    future = txa.create_future()

    async def inner() -> None:
        variable.set("inner")
        await txa.sleep(0)

    async def work(name: str) -> None:
        variable.set(name)
        await txa.sleep(unit)
        seen.append((name, variable.get()))
        await txa.as_future(inner)
        seen.append((name, variable.get()))
        await txa.gather([inner()])
        await future
        seen.append((name, variable.get()))

    working = [txa.as_future(work, name) for name in "abc"]
    await pause(txa, 2 * unit)
    variable.set("resolver")
    txa.resolve(future)
    assert variable.get() == "resolver"
    await txa.gather(working)
    assert len(seen) == 9
    assert all(name == value for name, value in seen)


async def test_resolving_keeps_the_context(txa: IBackend, unit: float) -> None:
    """V1: What awaiters and callbacks set is not visible where a future is resolved."""
    future = txa.create_future()

    async def work() -> None:
        await future
        variable.set("awaiter")

    working = txa.as_future(work)
    txa.add_callbacks(future, lambda _value: variable.set("callback"), None)
    await pause(txa, unit)
    txa.resolve(future)
    assert variable.get() == "-"
    await working
    assert variable.get() == "-"


async def test_cancelled_coroutine_keeps_its_context(
    txa: IBackend, unit: float
) -> None:
    """V1: Clean-up runs in the context of the coroutine, and leaks nothing."""
    seen: list[str] = []

    async def nap() -> None:
        await txa.sleep(unit)
        seen.append(variable.get())

    async def work() -> None:
        variable.set("own")
        try:
            await txa.create_future()
        finally:
            seen.append(variable.get())
            await txa.uncancelled(nap)
            seen.append(variable.get())

    working = txa.as_future(work)
    await pause(txa, unit)
    variable.set("canceller")
    txa.cancel(working)
    assert variable.get() == "canceller"
    with pytest.raises(txa.CancelledError):
        await working
    assert seen == ["own"] * 3
    assert variable.get() == "canceller"


async def test_callback_in_the_context_of_add_callbacks(
    txa: IBackend, unit: float
) -> None:
    """V2: Callbacks and errbacks run in the context in which they were added."""
    seen: list[str] = []

    def look(_outcome: Any) -> None:
        seen.append(variable.get())
        variable.set("leaked")

    resolved, failed = txa.create_future(), txa.create_future()
    for value in ("a", "b"):
        token = variable.set(value)
        txa.add_callbacks(resolved, look, None)
        txa.add_callbacks(failed, None, look)
        variable.reset(token)
    txa.add_callbacks(resolved, look, None)
    token = variable.set("resolver")
    txa.resolve(resolved)
    txa.reject(failed, ValueError())
    assert variable.get() == "resolver"
    variable.reset(token)
    await pause(txa, unit)
    assert seen == ["a", "b", "-", "a", "b"]
    assert variable.get() == "-"


async def test_late_callback_in_the_context_of_add_callbacks(
    txa: IBackend, unit: float
) -> None:
    """V2: So do those that are added to a settled future; they leak nothing."""
    seen: list[str] = []

    def look(_outcome: Any) -> None:
        seen.append(variable.get())
        variable.set("leaked")

    token = variable.set("adder")
    txa.add_callbacks(txa.create_future_success(None), look, None)
    assert variable.get() == "adder"
    variable.reset(token)
    await pause(txa, unit)
    assert seen == ["adder"]
    assert variable.get() == "-"


@pytest.mark.parametrize("delay", [0, 1])
async def test_timed_call_in_the_context_of_call_later(
    txa: IBackend, unit: float, delay: float
) -> None:
    """V2: A timed call runs in the context of `call_later`."""
    seen: list[str] = []

    def look() -> None:
        seen.append(variable.get())
        variable.set("leaked")

    for value in ("a", "b"):
        token = variable.set(value)
        txa.call_later(delay * unit, look)
        variable.reset(token)
    txa.call_later(delay * unit, look)
    await pause(txa, 2 * unit)
    assert sorted(seen) == ["-", "a", "b"]
    assert variable.get() == "-"


async def test_moved_call_keeps_its_context(txa: IBackend, unit: float) -> None:
    """V2: `reset` does not change the context of a call."""
    seen: list[str] = []
    token = variable.set("made here")
    sooner = txa.call_later(5 * unit, lambda: seen.append(variable.get()))
    later = txa.call_later(unit, lambda: seen.append(variable.get()))
    variable.reset(token)
    sooner.reset(unit)
    later.reset(2 * unit)
    await pause(txa, 3 * unit)
    assert seen == ["made here", "made here"]


async def test_canceller_has_the_context_of_its_maker(
    txa: IBackend, unit: float
) -> None:
    """V2: A canceller runs in the context in which the future was made."""
    seen: list[str] = []
    variable.set("maker")
    future = txa.create_future(canceller=lambda _future: seen.append(variable.get()))
    variable.set("canceller")
    txa.cancel(future)
    await pause(txa, unit)
    assert seen == ["maker"]
