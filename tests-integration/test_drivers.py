"""The primitives of every backend's driver, with debug mode and without."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from txaio_common import UNSET, CheckedDriver, Driver


class Boom(Exception):
    """The exception that the tests raise."""


@pytest.fixture(params=[False, True], ids=["native", "checked"])
async def driver(txaio: Any, request: pytest.FixtureRequest) -> Driver:
    """The driver of the backend."""
    return CheckedDriver(txaio.native) if request.param else txaio.native


async def test_pending_future(driver: Driver):
    """It has no outcome yet."""
    future = driver.create_future()
    assert isinstance(future, driver.own_type)
    assert not driver.is_settled(future)
    assert driver.outcome(future) is UNSET
    with pytest.raises(driver.invalid_state_error, match="await it"):
        driver.result(future)


async def test_future_with_a_value(driver: Driver):
    """Each primitive gives the value, and calls the callback with it."""
    future, seen = driver.create_future(), []
    driver.resolve(future, "value")
    assert driver.is_settled(future)
    assert driver.peek(future) == driver.outcome(future) == "value"
    assert driver.result(future) == "value"
    assert driver.failure(future) is None
    driver.call_back(seen.append, future)
    driver.call_either(seen.append, pytest.fail, future)
    driver.call_either(None, pytest.fail, future)
    assert seen == ["value", "value"]
    with pytest.raises(driver.invalid_state_error):
        driver.resolve_own(future, "another")


async def test_future_that_failed(driver: Driver):
    """There is no value to give; the failure holds the exception."""
    future, seen, boom = driver.create_future(), [], Boom()
    driver.reject(future, driver.wrap(boom))
    assert driver.is_settled(future)
    assert driver.peek(future) is UNSET
    driver.call_back(pytest.fail, future)
    driver.call_either(pytest.fail, seen.append, future)
    seen += [driver.failure(future), driver.outcome(future)]
    with pytest.raises(Boom):
        driver.result(future)
    assert [failure.value for failure in seen] == [boom] * 3


async def test_cancelled_future(driver: Driver):
    """Its failure is the error; what settles it later is ignored."""
    future, seen = driver.create_future(), []
    driver.set_canceller(future, seen.append)
    driver.cancel(future)
    assert driver.is_settled(future)
    assert driver.peek(future) is UNSET
    driver.call_back(pytest.fail, future)
    driver.resolve(future, "late")
    driver.reject(future, driver.wrap(Boom()))
    for failure in (driver.failure(future), driver.outcome(future)):
        assert failure is not None
        assert isinstance(failure.value, driver.cancelled_error)
    with pytest.raises(driver.cancelled_error):
        await future
    next_turn = driver.create_future()
    driver.call_soon(partial(driver.resolve, next_turn, None))
    await next_turn
    assert seen == [future]


async def test_default_of_outcome(driver: Driver):
    """A driver need not override it: the default gives the same."""
    pending, resolved, failed = (driver.create_future() for _ in range(3))
    boom = Boom()
    driver.resolve(resolved, "value")
    driver.reject(failed, driver.wrap(boom))
    assert Driver.outcome(driver, pending) is UNSET
    assert Driver.outcome(driver, resolved) == "value"
    assert Driver.outcome(driver, failed).value is boom
    driver.cancel(pending)


async def test_future_is_adopted_as_it_is(driver: Driver):
    """No second future is made of one that the driver made itself."""
    future = driver.create_future()
    assert driver.adopt(future) is future
    driver.cancel(future)
