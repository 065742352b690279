"""log_context: across awaits, in callbacks, timed calls and threads."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from pytest_txaio import pause
from pytest_txaio.conformance._logging import logged, objects


if TYPE_CHECKING:
    from collections.abc import Iterator

    from txaio_interfaces import IBackend


@contextmanager
def requests(txa: IBackend) -> Iterator[list[tuple[str, object]]]:
    """Return a list of the messages made inside, each with its field `request`."""
    said: list[tuple[str, object]] = []
    with logged(txa, form="json") as out:
        yield said
    said += [(one["message"], one["fields"].get("request")) for one in objects(out)]


async def test_inside_and_outside(txa: IBackend) -> None:
    """O2: Messages inside the context have its fields, messages outside do not."""
    log = txa.make_logger("name")
    with requests(txa) as said:
        log.info("before")
        with txa.log_context(request=1, peer="ada"):
            log.info("{request} of {peer}")
            with txa.log_context(request=2):
                log.info("{request} of {peer}")
            log.info("again")
        log.info("after")
    assert said == [
        ("before", None),
        ("1 of ada", 1),
        ("2 of ada", 2),
        ("again", 1),
        ("after", None),
    ]


async def test_precedence_of_fields(txa: IBackend) -> None:
    """O2: Fields of a call override those of the logger, and these the context's."""
    with requests(txa) as said, txa.log_context(request=1):
        bound = txa.make_logger("name").bind(request=2)
        bound.info("bound")
        bound.info("call", request=3)
        txa.make_logger("name").info("call", request=4)
    assert said == [("bound", 2), ("call", 3), ("call", 4)]


async def test_error_inside(txa: IBackend) -> None:
    """O2: An error that leaves the context ends it."""

    def fail() -> None:
        with txa.log_context(request=1):
            raise ValueError

    with requests(txa) as said:
        with pytest.raises(ValueError):  # noqa: PT011 - any text
            fail()
        txa.make_logger("name").info("after")
    assert said == [("after", None)]


async def test_across_awaits(txa: IBackend, unit: float) -> None:
    """O2, V1: Concurrent coroutines each keep their own fields across awaits."""
    log = txa.make_logger("name")

    async def inner(number: int) -> None:
        await txa.sleep(0)
        log.info("inner {number}", number=number)

    async def work(number: int) -> None:
        with txa.log_context(request=number):
            log.info("begun {number}", number=number)
            await txa.sleep(unit)
            await txa.as_future(inner, number)
            await txa.gather([inner(number)])
            log.info("ended {number}", number=number)
        log.info("left {number}", number=number)

    with requests(txa) as said:
        await txa.gather([work(number) for number in range(3)])
        log.info("outside")
    assert len(said) == 16
    for text, request in said:
        left = text.startswith(("left", "outside"))
        assert request == (None if left else int(text[-1]))


async def test_in_callbacks(txa: IBackend, unit: float) -> None:
    """O2, V2: A callback has the fields of the context in which it was added."""
    log = txa.make_logger("name")
    future, failing = txa.create_future(), txa.create_future()
    with requests(txa) as said:
        with txa.log_context(request=1):
            txa.add_callbacks(future, lambda _value: log.info("callback"), None)
        with txa.log_context(request=2):
            txa.add_callbacks(failing, None, lambda _failure: log.info("errback"))
        with txa.log_context(request=3):
            txa.resolve(future)
            txa.reject(failing, ValueError())
        await pause(txa, unit)
    assert sorted(said) == [("callback", 1), ("errback", 2)]


async def test_in_timed_calls(txa: IBackend, unit: float) -> None:
    """O2, V2, B6: A timed call, batched or not, has the fields of its caller."""
    log = txa.make_logger("name")
    batched = txa.make_batched_timer(unit)
    with requests(txa) as said:
        for number in (1, 2):
            with txa.log_context(request=number):
                txa.call_later(unit, log.info, "single")
                batched.call_later(unit, log.info, "batched")
        with txa.log_context(request=3):
            await pause(txa, 3 * unit)
    assert sorted(said) == [
        ("batched", 1),
        ("batched", 2),
        ("single", 1),
        ("single", 2),
    ]


async def test_in_threads(txa: IBackend) -> None:
    """O2, H2: A function in a thread has the fields of its caller."""
    log = txa.make_logger("name")
    with requests(txa) as said:
        with txa.log_context(request=1):
            await txa.run_in_thread(log.info, "thread")
        await txa.run_in_thread(log.info, "another")
    assert said == [("thread", 1), ("another", None)]
