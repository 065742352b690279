"""Functions that are called again and again."""

from __future__ import annotations

from decimal import Decimal
from math import inf, nan

import pytest

from pytest_txaio import until
from txaio_primitives import Periodic


class Boom(Exception):
    """An error."""


@pytest.fixture
async def calls(txaio):
    """The times of the calls, from the beginning on."""
    begin = txaio.time()

    class Calls(list):
        def add(self):
            self.append(txaio.time() - begin)

    return Calls()


class TestRate:
    """The calls are due at fixed times."""

    @pytest.mark.txaio(clock="virtual")
    async def test_no_drift(self, txaio, calls):
        """However long it runs, the calls are made on time."""
        periodic = Periodic(txaio, 0.1, calls.add)
        await txaio.sleep(100.05)
        await periodic.stop()
        assert len(calls) == 1000
        late = [when - 0.1 * number for number, when in enumerate(calls, 1)]
        assert -1e-6 < min(late) <= max(late) < 0.01

    async def test_coroutine_function(self, txaio, unit, calls):
        """A coroutine function is run."""

        async def work():
            await txaio.sleep(0)
            calls.add()

        periodic = Periodic(txaio, unit, work)
        await until(txaio, lambda: len(calls) >= 3, unit)
        await periodic.stop()

    @pytest.mark.txaio(clock="virtual")
    async def test_call_that_takes_longer(self, txaio, calls):
        """Times that pass meanwhile are left out; the others stay where they were."""

        async def work():
            calls.add()
            await txaio.sleep(2.5)

        periodic = Periodic(txaio, 1, work)
        await txaio.sleep(10.5)
        await periodic.stop()
        assert [round(when, 1) for when in calls] == [1, 4, 7, 10]

    @pytest.mark.txaio(clock="virtual")
    @pytest.mark.parametrize(
        ("late", "expected"), [(-0.002, [1, 2, 3, 4, 5, 6]), (2.5, [3.5, 6.5, 9.5])]
    )
    async def test_inexact_timer(self, txaio, calls, late, expected):
        """An early timer makes no call twice, a late one none for a missed time."""

        class InexactTimer:
            def call_later(self, delay, func):
                return txaio.call_later(max(0, delay + late), func)

        periodic = Periodic(txaio, 1, calls.add, timer=InexactTimer())
        await txaio.sleep(expected[-1] + 0.5)
        await periodic.stop()
        assert [round(when, 1) for when in calls] == expected

    @pytest.mark.txaio(clock="virtual")
    async def test_batched_timer(self, txaio, calls):
        """Over a batched timer calls are late by less than a bucket, without drift."""
        timer = txaio.make_batched_timer(0.3)
        periodic = Periodic(txaio, 1, calls.add, timer=timer)
        await txaio.sleep(100.4)
        await periodic.stop()
        assert len(calls) == 100
        late = [when - number for number, when in enumerate(calls, 1)]
        assert -1e-6 < min(late) <= max(late) < 0.31


@pytest.fixture(params=[False, True], ids=["plain", "async"])
async def fail(request, txaio, calls):
    """A function or a coroutine function that fails."""

    def failing():
        calls.add()
        raise Boom

    async def fail_later():
        await txaio.sleep(0)
        failing()

    return fail_later if request.param else failing


class TestErrors:
    """An error does not end it."""

    async def test_is_reported(self, fail, txaio, unit, calls, txaio_errors):
        """It is reported, and the calls go on."""
        periodic = Periodic(txaio, unit, fail)
        await until(txaio, lambda: len(calls) >= 3, unit)
        await periodic.stop()
        await txaio.sleep(unit)
        errors = txaio_errors.take()
        assert len(errors) == len(calls)
        assert {type(error) for error in errors} == {Boom}

    async def test_goes_to_on_error(self, fail, txaio, unit):
        """Or it goes to a function."""
        errors = []
        periodic = Periodic(txaio, unit, fail, on_error=errors.append)
        await until(txaio, lambda: len(errors) >= 2, unit)
        await periodic.stop()
        assert {type(error) for error in errors} == {Boom}

    async def test_on_error_fails(self, fail, txaio, unit, calls, txaio_errors):
        """The error of that function is reported, and the calls go on."""

        def on_error(error):
            raise KeyError(error)

        periodic = Periodic(txaio, unit, fail, on_error=on_error)
        await until(txaio, lambda: len(calls) >= 2, unit)
        await periodic.stop()
        await txaio.sleep(unit)
        assert {type(error) for error in txaio_errors.take()} == {KeyError}

    async def test_cancelled_call(self, txaio, unit, calls):
        """A call that is cancelled has not failed, and does not cancel `stop`."""

        async def work():
            calls.add()
            await txaio.sleep(unit)
            future = txaio.create_future()
            txaio.cancel(future)
            await future

        periodic = Periodic(txaio, unit, work)
        await until(txaio, lambda: len(calls) >= 2, unit)
        await periodic.stop()


class TestStop:
    """It ends when it is stopped."""

    @pytest.mark.txaio(clock="virtual")
    async def test_between_calls(self, txaio, calls):
        """There is no call after it, and no timer."""
        periodic = Periodic(txaio, 1, calls.add)
        await txaio.sleep(1.5)
        await periodic.stop()
        await periodic.stop()
        await txaio.sleep(10)
        assert len(calls) == 1

    async def test_waits_for_the_call(self, txaio, unit, loop):
        """It waits for a call that runs, which is not cancelled."""
        seen = []
        gate = txaio.create_future()

        async def work():
            seen.append("begun")
            await gate
            seen.append("done")

        periodic = Periodic(txaio, unit, work)
        await until(txaio, lambda: seen == ["begun"], unit)
        stopping = periodic.stop()
        await loop.settle()
        assert not txaio.is_called(stopping)
        txaio.resolve(gate)
        await stopping
        assert seen == ["begun", "done"]

    async def test_cancelled(self, txaio, unit, loop):
        """To cancel the wait is to cancel the call, which cleans up first."""
        seen = []

        async def work():
            seen.append("begun")
            try:
                await txaio.create_future()
            finally:
                await txaio.uncancelled(txaio.sleep, 0)
                seen.append("done")

        async def stop():
            await periodic.stop()

        periodic = Periodic(txaio, unit, work)
        await until(txaio, lambda: seen == ["begun"], unit)
        stopping = await loop.start(stop)
        loop.cancel(stopping)
        assert await loop.outcome(stopping) == "cancelled"
        assert seen == ["begun", "done"]

    @pytest.mark.parametrize("is_async", [False, True])
    async def test_by_its_function(self, txaio, unit, is_async):
        """Its own function can stop it."""
        seen = []

        def work():
            seen.append(periodic.stop())

        async def work_later():
            work()
            await txaio.sleep(0)

        periodic = Periodic(txaio, unit, work_later if is_async else work)
        await until(txaio, lambda: seen, unit)
        await seen[0]
        await txaio.sleep(2 * unit)
        assert len(seen) == 1


class TestArguments:
    """What makes no sense is refused."""

    @pytest.mark.parametrize(
        "seconds",
        [0, -1, inf, nan, Decimal("NaN"), Decimal("sNaN"), 10**400],
        ids=["0", "-1", "inf", "nan", "NaN", "sNaN", "large"],
    )
    async def test_period(self, txaio, seconds):
        """A period is finite and above 0."""
        with pytest.raises(ValueError, match="seconds must be finite and above 0, not"):
            Periodic(txaio, seconds, print)

    async def test_no_number(self, txaio):
        """It is a number."""
        with pytest.raises(TypeError, match="must be a number of seconds, not 'str'"):
            Periodic(txaio, "1", print)

    async def test_coroutine(self, txaio):
        """A coroutine in the place of its function is refused."""

        async def work():
            pass

        with pytest.raises(TypeError, match=r"fn must be a function, not a coroutine"):
            Periodic(txaio, 1, work())
        with pytest.raises(TypeError, match="on_error must be a function, not 'int'"):
            Periodic(txaio, 1, work, on_error=1)
