"""`start_main`, and the arguments that it rejects; the end; calls for threads."""

from __future__ import annotations

import gc
import re
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from txaio_common import GRACE, ThreadCall, end_tasks, start_main


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


async def main(*_args: object) -> None:
    """Do nothing."""


async def main_of_one(_backend: object) -> None:
    """Take the backend alone."""


async def main_of_none() -> None:
    """Take no argument, as the main function of an asyncio program."""


@pytest.mark.parametrize("given", [None, 42, "main"], ids=repr)
def test_main_that_is_not_callable(given: Any):
    """L1: `TypeError` says what it is, and what it should be."""
    words = re.escape(f"main must be a coroutine function, not {given!r}")
    with pytest.raises(TypeError, match=f"^{words}$") as caught:
        start_main(given, "backend", ())
    assert not hasattr(caught.value, "__notes__")


@pytest.mark.parametrize(
    ("function", "args", "note"),
    [
        (main_of_none, (), "run calls main(backend, *args): the backend comes first"),
        (main_of_one, (3,), "main got the backend and 1 more argument"),
        (main_of_none, (3, 4), "main got the backend and 2 more arguments"),
    ],
)
def test_main_with_other_arguments(function: Any, args: Any, note: str):
    """L1: A note on the `TypeError` says which arguments `main` got."""
    with pytest.raises(TypeError, match="positional argument") as caught:
        start_main(function, "backend", args)
    assert caught.value.__notes__ == [note]


def test_coroutine_instead_of_main():
    """L1: It is closed, so that Python does not warn that it was never awaited."""
    coroutine: Any = main()
    with pytest.raises(TypeError, match="pass the function itself"):
        start_main(coroutine, "backend", ())
    assert coroutine.cr_frame is None


def test_grace_period():
    """L1: It is as long as the contract says."""
    assert GRACE == 5.0


class Settled:
    """A future that is settled by the time at which it is awaited."""

    def __await__(self) -> Iterator[Any]:
        """Go on at once."""
        yield from ()


class Ending:
    """A driver with one coroutine, which ends when something waits for its end."""

    def __init__(self) -> None:
        self.statistics = lambda: SimpleNamespace(tasks=self._tasks)
        self.create_future = Settled
        self.cancel = self.resolve = self.is_settled = lambda *_args: False
        self.call_soon = lambda fn: fn()
        self.delays: list[float] = []
        self._tasks = ["task"]

    def call_later(self, delay: float, _fn: object) -> Any:
        """Remember the *delay*."""
        self.delays.append(delay)
        return SimpleNamespace(cancel=list)

    def listen(self, task: str, fn: Callable[[str], object]) -> None:
        """Have the *task* end."""
        self._tasks.remove(task)
        fn(task)


def test_end_without_a_grace_period():
    """L1: There is a short one, as a driver has no timers of no length."""
    driver: Any = Ending()
    generators: Any = SimpleNamespace(close_all=tuple, is_closing=lambda _task: False)
    with pytest.raises(StopIteration):
        end_tasks(driver, 0.0, generators, list).send(None)
    [delay] = driver.delays
    assert 0 < delay < 0.1


def test_call_that_a_thread_makes_at_once():
    """H2: It is made, though nothing has said yet which future has its result."""
    driver: Any = None
    assert ThreadCall(driver, int, ("ff",), {"base": 16})() == 255


class Futures:
    """A driver whose only future is the set of what has settled it."""

    def is_settled(self, future: set[str]) -> bool:
        """Tell whether *future* is settled."""
        return bool(future)


def test_call_that_a_thread_makes_for_a_future():
    """H2: It is not made if that was cancelled; to know, it does not keep it."""
    driver, future = cast("Any", Futures()), set[str]()
    call = ThreadCall(driver, int, ("5",), {})
    call.serve(future)
    assert call() == 5
    future.add("cancelled")
    assert call() is None
    del future
    gc.collect()
    assert call() == 5
