"""Futures: made, settled once, awaited any number of times."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING, Any

import pytest

from pytest_txaio import collect_dropped, pause
from pytest_txaio.conformance._helpers import (
    Awaitable,
    Boom,
    coroutine_function,
    raise_boom,
)
from txaio_interfaces import IFailedFuture


if TYPE_CHECKING:
    from collections.abc import Callable

    from txaio_interfaces import IBackend


async def test_new_future_is_pending(txa: IBackend) -> None:
    """F1: A new future is a future, and pending."""
    future = txa.create_future()
    assert txa.is_future(future)
    assert not txa.is_called(future)
    txa.resolve(future)


async def test_future_from_synchronous_code(txa: IBackend, unit: float) -> None:
    """F1: A plain function that the loop calls can make futures, too."""
    made: list[Any] = []
    txa.call_later(unit, lambda: made.append(txa.create_future(result="made")))
    await pause(txa, 2 * unit)
    assert await made[0] == "made"


async def test_what_methods_return_is_a_future(txa: IBackend) -> None:
    """F1: The methods of the backend return futures."""
    one = txa.create_future_success(1)
    futures = [
        one,
        txa.as_future(coroutine_function),
        txa.sleep(0),
        txa.gather([one]),
        txa.shield(one),
        txa.timeout(one, 1),
        txa.run_in_thread(int),
    ]
    assert [txa.is_future(future) for future in futures] == [True] * len(futures)
    for future in futures:
        await future


@pytest.mark.parametrize(
    "value",
    [None, 42, "text", Boom(), Boom, Awaitable(), coroutine_function, []],
    ids=lambda value: type(value).__name__,
)
async def test_other_values_are_not_futures(txa: IBackend, value: Any) -> None:
    """F1: `is_future` is false for everything that `add_callbacks` refuses."""
    assert not txa.is_future(value)
    with pytest.raises(TypeError, match="future"):
        txa.add_callbacks(value, print, print)


async def test_coroutine_is_not_a_future(txa: IBackend) -> None:
    """F1: A coroutine object is not a future, and `add_callbacks` refuses it."""
    coroutine: Any = coroutine_function()
    assert not txa.is_future(coroutine)
    with pytest.raises(TypeError, match="future"):
        txa.add_callbacks(coroutine, print, print)
    coroutine.close()


async def test_resolve_settles_at_once(txa: IBackend) -> None:
    """F2: The future is settled when `resolve` returns, and has the value."""
    future = txa.create_future()
    txa.resolve(future, "value")
    assert txa.is_called(future)
    assert await future == "value"


async def test_resolve_without_a_value(txa: IBackend) -> None:
    """F2: `resolve(f)` settles it with None."""
    future = txa.create_future()
    txa.resolve(future)
    assert await future is None


async def test_resolve_wakes_an_awaiter(txa: IBackend, unit: float) -> None:
    """F2: An awaiter of a pending future gets the value that is set later."""
    future = txa.create_future()
    txa.call_later(unit, txa.resolve, future, "later")
    assert await future == "later"


@pytest.mark.parametrize(
    "make",
    [
        lambda txa: txa.create_failure(Boom()),
        lambda txa: txa.create_future_success("inner"),
        lambda _txa: Boom("as a value"),
        lambda _txa: Boom,
        lambda _txa: (),
    ],
    ids=["failure", "future", "exception", "class", "empty"],
)
async def test_any_value_is_given_as_it_is(
    txa: IBackend, make: Callable[[IBackend], Any]
) -> None:
    """F2: Any object is a value: also a failure, an exception or a future."""
    value = make(txa)
    future = txa.create_future()
    txa.resolve(future, value)
    assert await future is value
    assert await txa.create_future_success(value) is value
    assert await txa.create_future(result=value) is value


async def test_reject_raises_that_very_exception(txa: IBackend) -> None:
    """F3: Awaiting a rejected future raises the exception object it was given."""
    boom = Boom()
    future = txa.create_future()
    txa.reject(future, boom)
    assert txa.is_called(future)
    with pytest.raises(Boom) as caught:
        await future
    assert caught.value is boom


@pytest.mark.parametrize(
    "make",
    [
        lambda txa, boom: txa.create_future_error(boom),
        lambda txa, boom: txa.create_future(error=boom),
        lambda txa, boom: txa.create_future_error(txa.create_failure(boom)),
        lambda txa, boom: txa.create_future(error=txa.create_failure(boom)),
    ],
    ids=["error", "create", "error-failure", "create-failure"],
)
async def test_made_failed(
    txa: IBackend, make: Callable[[IBackend, Boom], Any]
) -> None:
    """F3: A future that is created failed raises the exception it was given."""
    boom = Boom()
    with pytest.raises(Boom) as caught:
        await make(txa, boom)
    assert caught.value is boom


class OwnFailure(IFailedFuture):
    """The failure of another library."""

    def __init__(self, value: BaseException) -> None:
        self._value = value

    @property
    def value(self) -> BaseException:
        """The exception."""
        return self._value


@pytest.mark.parametrize("is_own", [False, True])
async def test_reject_takes_a_failure(txa: IBackend, is_own: bool) -> None:
    """F3: An `IFailedFuture`, whatever its class, stands for its exception."""
    boom = Boom()
    future = txa.create_future()
    txa.reject(future, OwnFailure(boom) if is_own else txa.create_failure(boom))
    with pytest.raises(Boom) as caught:
        await future
    assert caught.value is boom


@pytest.mark.parametrize(
    "make",
    [
        lambda txa, future: txa.reject(future) or future,
        lambda txa, future: txa.resolve(future) or txa.create_future_error(),
        lambda txa, future: txa.resolve(future) or txa.create_future(error=None),
    ],
    ids=["reject", "create_future_error", "create_future"],
)
async def test_reject_takes_the_current_exception(
    txa: IBackend, make: Callable[[IBackend, Any], Any]
) -> None:
    """F4: Without an error, the one being handled is taken, with its traceback."""
    future = txa.create_future()
    try:
        raise_boom()
    except Boom as boom:
        expected = boom
        failed = make(txa, future)
    with pytest.raises(Boom) as caught:
        await failed
    assert caught.value is expected
    frames = traceback.extract_tb(caught.value.__traceback__)
    assert "raise_boom" in [frame.name for frame in frames]


async def test_reject_without_an_exception(txa: IBackend) -> None:
    """F4: Without a current exception: `RuntimeError`; the future stays pending."""
    future = txa.create_future()
    with pytest.raises(RuntimeError, match="no exception"):
        txa.reject(future)
    with pytest.raises(RuntimeError, match="no exception"):
        txa.create_future_error()
    with pytest.raises(RuntimeError, match="no exception"):
        txa.create_future(error=None)
    assert not txa.is_called(future)
    txa.resolve(future)


async def test_resolved_cannot_be_settled_again(txa: IBackend) -> None:
    """F5: A second settling raises `InvalidStateError`; the value stays."""
    future = txa.create_future_success("first")
    with pytest.raises(txa.InvalidStateError, match="is resolved already"):
        txa.resolve(future, "second")
    with pytest.raises(txa.InvalidStateError, match="is resolved already"):
        txa.reject(future, Boom())
    assert await future == "first"


async def test_rejected_cannot_be_settled_again(txa: IBackend) -> None:
    """F5: A second settling raises `InvalidStateError`; the failure stays."""
    boom = Boom("first")
    future = txa.create_future_error(boom)
    with pytest.raises(txa.InvalidStateError, match="is failed already"):
        txa.resolve(future, "second")
    with pytest.raises(txa.InvalidStateError, match="is failed already"):
        txa.reject(future, Boom("second"))
    with pytest.raises(Boom) as caught:
        await future
    assert caught.value is boom


async def test_settling_again_inside_a_callback(txa: IBackend, unit: float) -> None:
    """F5: The same is true inside a callback of the future itself."""
    raised: list[type[Exception]] = []

    def again(_value: object) -> None:
        try:
            txa.resolve(future, "second")
        except txa.InvalidStateError as error:
            raised.append(type(error))

    future = txa.create_future()
    txa.add_callbacks(future, again, None)
    txa.resolve(future, "first")
    await pause(txa, unit)
    assert raised == [txa.InvalidStateError]
    assert await future == "first"


async def test_result_of_a_settled_future(txa: IBackend) -> None:
    """F10: The value, whatever it is, or the very exception, raised again and again."""
    boom = Boom()
    values: list[Any] = [1, None, boom, txa.create_failure(boom)]
    assert [txa.result(txa.create_future_success(value)) for value in values] == values
    failed = txa.create_future_error(boom)
    depths: list[int] = []
    for _ in range(3):
        with pytest.raises(Boom) as caught:
            txa.result(failed)
        assert caught.value is boom
        depths.append(len(traceback.extract_tb(boom.__traceback__)))
    assert len(set(depths)) == 1


async def test_result_of_a_pending_future(txa: IBackend) -> None:
    """F10: `InvalidStateError` says what to do; the future stays pending."""
    future = txa.create_future()
    with pytest.raises(txa.InvalidStateError, match="await it"):
        txa.result(future)
    txa.resolve(future, 1)
    assert txa.result(future) == 1


async def test_result_of_a_cancelled_future(txa: IBackend) -> None:
    """F10: It raises `CancelledError`, with its message."""
    future = txa.create_future()
    txa.cancel(future, "why")
    with pytest.raises(txa.CancelledError, match="why"):
        txa.result(future)


async def test_result_of_a_coroutine(txa: IBackend, unit: float) -> None:
    """F10: That of the future of a coroutine: its value, or its exception."""

    async def work(boom: Boom | None) -> str:
        await pause(txa, unit)
        if boom is not None:
            raise boom
        return "value"

    boom = Boom()
    good, bad = txa.as_future(work, None), txa.as_future(work, boom)
    with pytest.raises(txa.InvalidStateError):
        txa.result(good)
    await pause(txa, 4 * unit)
    assert txa.result(good) == "value"
    with pytest.raises(Boom) as caught:
        txa.result(bad)
    assert caught.value is boom


async def test_result_counts_as_looking(
    txa: IBackend, reported: Callable[[], list[BaseException]]
) -> None:
    """F10: A failure that it has raised is not reported."""
    future = txa.create_future_error(Boom())
    with pytest.raises(Boom):
        txa.result(future)
    del future
    collect_dropped()
    await pause(txa, 0)
    assert reported() == []
