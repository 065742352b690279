"""Failures: exceptions as values, and their messages."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from pytest_txaio.conformance._helpers import (
    Boom,
    NoText,
    Unprintable,
    failure_of,
    raise_boom,
    raised,
)
from txaio_interfaces import IFailedFuture


if TYPE_CHECKING:
    from txaio_interfaces import IBackend, IFuture


async def test_failure_of_the_current_exception(txa: IBackend) -> None:
    """E1: In an `except` block it has the current exception, with traceback."""
    try:
        raise_boom()
    except Boom as error:
        boom = error
        failure = txa.create_failure()
    assert isinstance(failure, IFailedFuture)
    assert failure.value is boom
    assert "raise_boom" in txa.failure_format_traceback(failure)


async def test_failure_of_an_exception(txa: IBackend) -> None:
    """E1: A given exception keeps its traceback, also outside of `except`."""
    boom = raised()
    before = boom.__traceback__
    failure = txa.create_failure(boom)
    assert isinstance(failure, IFailedFuture)
    assert failure.value is boom
    assert boom.__traceback__ is before
    assert txa.failure_traceback(failure) is before


async def test_traceback_of_a_failure_passed_to_reject(txa: IBackend) -> None:
    """E1: What awaits the future sees it, though it was raised once more meanwhile."""

    def raise_again() -> None:
        raise boom

    boom = raised()
    failure = txa.create_failure(boom)
    raised(raise_again)
    future = txa.create_future_error(failure)
    assert "raise_again" not in txa.failure_format_traceback(failure)
    with pytest.raises(Boom) as caught:
        await future
    text = txa.failure_format_traceback(txa.create_failure(caught.value))
    assert "raise_boom" in text
    assert "raise_again" not in text


@pytest.mark.parametrize("settled", [None, "resolved", "cancelled"])
async def test_reject_leaves_the_exception_as_it_is(
    txa: IBackend, settled: str | None
) -> None:
    """E1: Its traceback is that of the `raise` which is handled, and goes on."""
    future: IFuture[None] = txa.create_future()
    if settled == "resolved":
        txa.resolve(future, None)
    elif settled == "cancelled":
        txa.cancel(future)
    failure = txa.create_failure(raised())

    def raise_again() -> None:
        raise failure.value

    boom = raised(raise_again)
    before = boom.__traceback__
    with suppress(txa.InvalidStateError):
        txa.reject(future, failure)
    assert boom.__traceback__ is before
    with suppress(Boom, txa.CancelledError):
        await future


async def test_failure_of_another_exception(txa: IBackend) -> None:
    """E1: A given exception has precedence over the one being handled."""
    boom = Boom()
    try:
        raise_boom()
    except Boom:
        failure = txa.create_failure(boom)
    assert failure.value is boom


async def test_failure_of_nothing(txa: IBackend) -> None:
    """E1: Without a current exception: `RuntimeError`."""
    with pytest.raises(RuntimeError, match="no exception"):
        txa.create_failure()


@pytest.mark.parametrize("value", ["text", 42, Boom])
async def test_failure_of_a_wrong_type(txa: IBackend, value: Any) -> None:
    """E1: A value that is not an exception: `TypeError`."""
    with pytest.raises(TypeError, match="exception"):
        txa.create_failure(value)


async def test_message(txa: IBackend) -> None:
    """E2: The message has the type and the text of the exception."""
    failure = txa.create_failure(ValueError("the text"))
    assert txa.failure_message(failure) == "ValueError: the text"
    assert txa.failure_message(txa.create_failure(KeyError("k"))) == "KeyError: 'k'"


async def test_message_without_a_text(txa: IBackend) -> None:
    """E2: It is the type, as Python prints it."""
    assert txa.failure_message(txa.create_failure(Boom())) == "Boom"


async def test_message_is_one_line(txa: IBackend) -> None:
    """E2: It is one line, whatever the text."""
    for text in ("first\nsecond", "first\r\nsecond", "first\x85second\u2028third"):
        message = txa.failure_message(txa.create_failure(ValueError(text)))
        assert message.startswith("ValueError: first")
        assert "second" in message
        assert len(message.splitlines()) == 1


@pytest.mark.parametrize("error", [Unprintable(), NoText()], ids=["raises", "number"])
async def test_message_never_raises(txa: IBackend, error: Exception) -> None:
    """E2: If the exception cannot be formatted, the message still has its type."""
    message = txa.failure_message(txa.create_failure(error))
    assert type(error).__name__ in message
    assert len(message.splitlines()) == 1


async def test_message_in_an_errback(txa: IBackend) -> None:
    """E2: The same is true of the failure of a future."""
    failure = await failure_of(txa, txa.create_future_error(ValueError("the text")))
    assert txa.failure_message(failure) == "ValueError: the text"


@pytest.mark.parametrize(
    "thing", [ValueError("raw"), None, 5, "text", StopIteration(3)]
)
async def test_format_of_other_values(txa: IBackend, thing: Any) -> None:
    """E2, E3, E4: An exception is accepted, too; of other values the type is named."""
    name = type(thing).__name__
    assert txa.failure_message(thing).startswith(name)
    assert name in txa.failure_format_traceback(thing)
    assert txa.failure_traceback(thing) is None
    assert txa.failure_message(fail=txa.create_failure(ValueError("x"))) == (
        "ValueError: x"
    )


async def test_failure_of_another_class(txa: IBackend) -> None:
    """E3, E4: A failure of another class needs no more than its exception."""

    class Bare(IFailedFuture):
        value = Boom("bare")

    with pytest.raises(Boom) as caught:
        raise Bare.value
    assert txa.failure_traceback(Bare()) is caught.value.__traceback__
    assert "Boom: bare" in txa.failure_format_traceback(Bare())
