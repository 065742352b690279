"""What messages show of futures, handles and coroutines, on every loop."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from types import FunctionType
from typing import Any

import pytest

from txaio_common import CheckedDriver, Running, running
from txaio_common._running import describe_running
from txaio_interfaces import IFuture


def line_of(text: str) -> str:
    """Return this file, and the number of its line that ends with *text*."""
    lines = Path(__file__).read_text().splitlines()
    [number] = [n for n, line in enumerate(lines, 1) if line.endswith(text)]
    return f"{__file__}:{number}"


async def inner(future: IFuture[Any]) -> None:
    """Wait for *future*."""
    await future  # in inner


async def outer(txa: Any, future: IFuture[Any]) -> None:
    """Wait for a coroutine that waits for *future*."""
    await txa.as_future(inner, future)  # in outer


async def test_coroutines_that_run(txaio: Any):
    """Each is named with the line at which it waits, and the one that it waits for."""
    future = txaio.create_future()
    task = txaio.as_future(outer, txaio, future)
    await txaio.sleep(1)
    lines = running(txaio)
    assert f"inner() waits at {line_of('# in inner')}" in lines
    assert f"outer() waits at {line_of('# in outer')}, for inner()" in lines
    assert not [line for line in lines if line.startswith("test_coroutines_that_run")]
    txaio.resolve(future)
    await task
    assert not [line for line in running(txaio) if "outer" in line]


async def test_task_that_runs(txaio: Any):
    """While it runs, a task does not wait."""
    tasks: list[Any] = []

    async def look() -> list[str]:
        await txaio.sleep(0)
        return [repr(tasks[0]), *running(txaio)]

    tasks.append(txaio.as_future(look))
    text, *lines = await tasks[0]
    assert "look" in text
    assert "waits at" not in text
    assert not [line for line in lines if line.startswith("look")]


async def test_pending_tasks(txaio: Any):
    """A task shows its coroutine and the line at which that waits."""
    future = txaio.create_future()
    task = txaio.as_future(inner, future)
    await txaio.sleep(1)
    name, number = line_of("# in inner").rsplit(":", 1)
    assert re.search(rf"pending.*inner\(\).* at {re.escape(name)}:{number}", repr(task))
    txaio.resolve(future)
    await task
    assert "inner() waits" not in repr(task)


async def test_task_that_waits_for_a_task(txaio: Any):
    """It shows what it waits for."""
    future = txaio.create_future()
    task = txaio.as_future(outer, txaio, future)
    await txaio.sleep(1)
    assert "inner" in repr(task)
    txaio.resolve(future)
    await task


async def test_states_of_futures(txaio: Any):
    """A future shows whether it is settled, and with what."""
    future = txaio.create_future()
    assert " pending" in repr(future)
    assert "7" in repr(txaio.create_future_success(7))
    failed = txaio.create_future_error(ValueError("wrong"))
    assert "ValueError('wrong')" in repr(failed)
    with pytest.raises(ValueError, match="wrong"):
        await failed
    txaio.cancel(future)
    assert " cancelled" in repr(future)


@pytest.mark.parametrize("make", ["call_later", "make_batched_timer"])
async def test_handles(txaio: Any, make: str):
    """A handle shows what it calls and when, as long as it is pending."""
    timer = txaio if make == "call_later" else txaio.make_batched_timer(1)
    call = timer.call_later(10, inner, None)
    seconds = re.fullmatch(r"<\w+Call of inner in ([\d.]+) s>", repr(call))
    assert seconds
    assert 9 < float(seconds[1]) < 12
    call.cancel()
    assert re.fullmatch(r"<\w+Call, made or cancelled>", repr(call))


async def test_handles_in_one_bucket(txaio: Any):
    """All of them show the time of the bucket, wherever they are in it."""
    timer = txaio.make_batched_timer(1)
    calls = [timer.call_later(10, print) for _ in range(3)]
    assert len({re.sub(r"[\d.]+ s", "", repr(call)) for call in calls}) == 1
    for call in calls:
        call.cancel()


async def test_handles_in_debug_mode(txaio: Any):
    """They are shown as without it."""
    driver = txaio.driver
    txaio.use(CheckedDriver(txaio.native))
    timer = txaio.make_batched_timer(1)
    calls = [it.call_later(10, print) for it in (txaio, timer)]
    shown = [repr(each) for each in (timer, *calls)]
    for call in calls:
        call.cancel()
    txaio.use(driver)
    names = [text.split()[0] for text in shown]
    assert names == ["<BatchedTimer", "<DelayedCall", "<BatchedCall"]


async def test_batched_timer(txaio: Any):
    """It shows how wide its buckets are."""
    assert repr(txaio.make_batched_timer(5)) == "<BatchedTimer with buckets of 5 s>"


async def test_call_that_is_due_soon(txaio: Any):
    """Its time is not shown, as there is none."""
    call = txaio.call_later(0, print)
    assert repr(call) == "<DelayedCall of print>"
    call.cancel()


async def test_call_that_is_never_due(txaio: Any):
    """It shows that its time is infinite."""
    for timer in (txaio, txaio.make_batched_timer(1)):
        call = timer.call_later(float("inf"), print)
        assert repr(call).endswith("Call of print in inf s>")
        call.cancel()


async def test_call_that_has_no_name(txaio: Any):
    """It is shown as it is."""
    call = txaio.call_later(10, partial(print, 1))
    assert "of functools.partial(<built-in function print>, 1) in" in repr(call)
    call.cancel()


async def test_call_that_is_being_made(txaio: Any):
    """While its bucket is due, a batched call shows that it is about to be made."""
    timer, seen = txaio.make_batched_timer(1, 1), []
    timer.call_later(1, lambda: seen.append(repr(call)))
    call = timer.call_later(1, print)
    await txaio.sleep(4)
    [text] = seen
    seconds = re.fullmatch(r"<BatchedCall of print in (-?[\d.e-]+) s>", text)
    assert seconds
    assert float(seconds[1]) < 1


async def test_backend_shows_its_loop(txaio: Any):
    """The loop or the reactor is in its repr."""
    loops = {
        "asyncio": "[Ll]oop",
        "twisted": "[Rr]eactor",
        "anyio": "asyncio|uvloop|Trio",
    }
    kind = txaio.name.capitalize()
    pattern = rf"<\w*{kind}Backend on .*({loops[txaio.name]}).*>"
    assert re.fullmatch(pattern, repr(txaio), re.DOTALL), repr(txaio)


def test_what_is_no_backend():
    """It is refused."""
    with pytest.raises(TypeError, match="must be a backend with a driver, not 'int'"):
        running(1)  # type: ignore[arg-type]


def test_what_no_user_wrote():
    """A coroutine of a framework alone is left out, and so is one that has ended."""
    assert describe_running(Running(object())) == ""
    coroutine = inner(None)  # type: ignore[arg-type]
    coroutine.close()
    assert describe_running(Running(coroutine)) == ""


@pytest.mark.parametrize(
    ("module", "is_shown"),
    [("trio_app", True), ("txaio_app.jobs", True), ("trio.testing", False)],
)
def test_modules_whose_names_begin_like_those_of_frameworks(
    module: str, is_shown: bool
):
    """They are the user's."""
    coroutine = FunctionType(inner.__code__, {"__name__": module})(None)
    assert bool(describe_running(Running(coroutine))) == is_shown
    coroutine.close()
