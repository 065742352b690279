"""Async generators: whose they are, and how those that are left are closed."""

from __future__ import annotations

import gc
import sys
from typing import TYPE_CHECKING, Any
from weakref import ref

import pytest

from txaio_common import AsyncGenerators


if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Coroutine, Iterator


class Driver:
    """Runs coroutines that never wait, and makes calls when it is told to."""

    def __init__(self) -> None:
        self.calls: list[Callable[[], object]] = []
        self.errors: list[BaseException] = []

    def call_from_thread(self, fn: Callable[[], object], /) -> None:
        """Make the call when `turn` is called."""
        self.calls.append(fn)

    def turn(self) -> None:
        """Make the calls."""
        while self.calls:
            self.calls.pop(0)()

    def spawn(self, coroutine: Coroutine[Any, Any, Any], /) -> Any:
        """Run *coroutine* to its end."""
        with pytest.raises((StopIteration, KeyboardInterrupt)):
            coroutine.send(None)
        return coroutine

    def listen(self, future: Any, fn: Callable[[Any], object], /) -> None:
        """Call *fn* at once."""
        fn(future)

    def report(self, _text: str, error: BaseException, /) -> None:
        """Keep the *error*."""
        self.errors.append(error)


class Task:
    """A native task that runs, or has ended."""

    def __init__(self, *, ended: bool = False) -> None:
        self._ended = ended

    def done(self) -> bool:
        """Tell whether it has ended."""
        return self._ended


MAIN = Task()


class Generators(AsyncGenerators):
    """Has its answers as attributes."""

    ours = True
    closes = True
    task: Task | None = MAIN

    def is_ours(self) -> bool:
        return super().is_ours() and self.ours

    def can_close(self) -> bool:
        return super().can_close() and self.closes

    def current_task(self) -> Task | None:
        return self.task or super().current_task()


@pytest.fixture
def driver() -> Any:
    """What runs the coroutines."""
    return Driver()


@pytest.fixture
def generators(driver: Any) -> Iterator[Generators]:
    """What is tested, installed in this thread."""
    generators = Generators(driver)
    generators.install()
    yield generators
    generators.uninstall()


@pytest.fixture
def before() -> Iterator[list[Any]]:
    """What the hooks were called with that were there before."""
    calls: list[Any] = []
    hooks = sys.get_asyncgen_hooks()
    mine = (lambda _: calls.append("begun"), lambda _: calls.append("finalized"))
    sys.set_asyncgen_hooks(*mine)
    yield calls
    assert sys.get_asyncgen_hooks() == mine
    sys.set_asyncgen_hooks(*hooks)


@pytest.fixture
def ours(before: list[Any], driver: Any) -> Iterator[Generators]:
    """What is tested, installed where there were hooks before."""
    assert before == []
    generators = Generators(driver)
    generators.install()
    yield generators
    generators.uninstall()


@pytest.fixture
def unraisable(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts of errors that nothing can raise."""
    texts: list[str] = []
    monkeypatch.setattr(
        sys, "unraisablehook", lambda given: texts.append(str(given.exc_value))
    )
    return texts


class Pause:
    """Awaited, it waits for what never comes."""

    def __await__(self) -> Iterator[None]:  # type: ignore[misc]
        """Yield once."""
        yield


async def numbers(
    events: list[str], awaited: Any = None, error: BaseException | None = None
) -> AsyncGenerator[int, None]:
    """Yield a number; note when it is closed."""
    try:
        yield 1
    finally:
        if awaited is not None:
            await awaited
        events.append("closed")
        if error is not None:
            raise error


def begin(generator: Any) -> Any:
    """Have *generator* yield once, and return it."""
    with pytest.raises(StopIteration):
        generator.__anext__().send(None)
    return generator


def drop(generator: Any) -> None:
    """Drop the last reference to *generator*."""
    del generator
    gc.collect()


def test_generator_is_closed_by_the_loop(driver: Any, generators: Generators) -> None:
    """It is closed by a coroutine, in a coming turn."""
    events: list[str] = []
    drop(begin(numbers(events)))
    assert events == []
    driver.turn()
    assert events == ["closed"]
    assert generators.close_all() == ()


def test_error_of_a_generator_is_reported(driver: Any, generators: Generators) -> None:
    """Those that are left are closed all the same."""
    events: list[str] = []
    error = ValueError()
    kept = [begin(numbers(events, error=error)), begin(numbers(events))]
    (task,) = generators.close_all()
    assert events == ["closed", "closed"]
    assert driver.errors == [error]
    assert not generators.is_closing(task)
    del kept


def test_exit_while_a_generator_is_closed(driver: Any, generators: Generators) -> None:
    """Another coroutine closes those that are left."""
    events: list[str] = []
    kept = [begin(numbers(events, error=KeyboardInterrupt())), begin(numbers(events))]
    generators.close_all()
    assert events == ["closed", "closed"]
    assert driver.errors == []
    del kept


def test_exit_after_the_end(driver: Any, generators: Generators) -> None:
    """Nothing could close those that are left: they stay open."""
    events: list[str] = []

    class Last:
        """Ends the backend when it is awaited."""

        def __await__(self) -> Iterator[None]:  # type: ignore[misc]
            """End, and with it the program."""
            generators.uninstall()
            raise KeyboardInterrupt
            yield

    kept = [begin(numbers(events, Last())), begin(numbers(events))]
    generators.close_all()
    assert events == []
    assert driver.calls == []
    kept.pop(0)
    drop(kept.pop())
    assert events == ["closed"]


@pytest.mark.parametrize("name", ["ours", "closes"])
def test_generator_that_the_loop_does_not_close(
    generators: Generators, name: str
) -> None:
    """It is closed as without hooks, at once."""
    events: list[str] = []
    setattr(generators, name, False)
    drop(begin(numbers(events)))
    assert events == ["closed"]


def test_generator_that_awaits_without_a_loop(
    generators: Generators, unraisable: list[str]
) -> None:
    """Its clean-up cannot be run: the error names the fix."""
    events: list[str] = []
    generators.ours = False
    drop(begin(numbers(events, Pause())))
    assert events == []
    assert "contextlib.aclosing" in unraisable[0]


@pytest.mark.parametrize("when", ["begun", "dropped"])
def test_generator_of_other_code(
    before: list[Any], ours: Generators, when: str
) -> None:
    """It goes to the hooks that were there before; after the end, each does."""
    ours.ours = when != "begun"
    generator = begin(numbers([]))
    ours.ours = True
    if when == "dropped":
        ours.uninstall()
    drop(generator)
    del generator
    gc.collect()
    assert before == (["begun", "finalized"] if when == "begun" else ["finalized"])
    assert ours._foreign == set()


def test_identity_of_a_generator_that_has_ended(
    driver: Any, generators: Generators
) -> None:
    """A generator of ours may have the id that one of other code had."""
    events: list[str] = []
    generators.ours = False
    other = begin(numbers(events))
    address = id(other)
    with pytest.raises(StopAsyncIteration):
        other.__anext__().send(None)
    del other
    events.clear()
    generators.ours = True
    many = [begin(numbers(events)) for _ in range(100)]
    assert address in map(id, many) or sys.implementation.name == "pypy"
    drop(many.clear())
    assert events == []
    driver.turn()
    assert events == ["closed"] * 100


def test_generators_of_tasks_that_run_on(before: list[Any], ours: Generators) -> None:
    """They are left to the loop; those of main and of ended tasks are closed."""
    events: list[str] = []
    running, ended = Task(), Task(ended=True)
    kept = []
    for task in (MAIN, running, ended, None):
        ours.task = task
        kept.append(begin(numbers(events)))
    ours.close_all()
    assert events == ["closed"] * 3
    assert before == ["begun"]
    drop(kept.clear())
    assert before == ["begun", "finalized"]


def test_generator_that_runs_at_the_end(before: list[Any], ours: Generators) -> None:
    """What iterates over it closes it: it is left to the loop."""
    events: list[str] = []

    async def waiting() -> AsyncGenerator[int, None]:
        await Pause()
        yield 1

    generator = waiting()
    step = generator.__anext__()
    step.send(None)
    ours.close_all()
    assert before == ["begun"]
    with pytest.raises(StopIteration):
        step.send(None)
    assert events == []


def test_hooks_that_were_replaced(generators: Generators) -> None:
    """A loop may have set its own again: they stay."""
    mine = (id, id)
    sys.set_asyncgen_hooks(*mine)
    generators.uninstall()
    assert sys.get_asyncgen_hooks() == mine
    sys.set_asyncgen_hooks(None, None)


def test_hooks_that_refer_to_what_restores_them() -> None:
    """A run is collected, though the hooks of its loop refer to it."""
    driver: Any = Driver()
    driver.generators = Generators(driver)
    dropped = ref(driver.generators)
    hooks = sys.get_asyncgen_hooks()
    sys.set_asyncgen_hooks(driver.spawn, driver.spawn)
    driver.generators.install()
    driver.generators.uninstall()
    sys.set_asyncgen_hooks(*hooks)
    del driver
    gc.collect()
    assert dropped() is None
