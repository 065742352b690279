"""The first of several futures."""

from __future__ import annotations

import pytest

from txaio_primitives import first


class Boom(Exception):
    """An error."""


class TestWinner:
    """The outcome is that of the first."""

    async def test_value(self, txaio, loop):
        """Its value is returned, and the others are cancelled."""
        futures = [txaio.create_future() for _ in range(3)]
        racing = await loop.start(first, txaio, futures)
        txaio.resolve(futures[1], "value")
        assert await racing == "value"
        ends = [await loop.outcome(future) for future in futures]
        assert ends == ["cancelled", "done", "cancelled"]

    async def test_error(self, txaio, loop):
        """Its error is raised, as that very object."""
        futures = [txaio.create_future() for _ in range(2)]
        racing = await loop.start(first, txaio, futures)
        error = Boom()
        txaio.reject(futures[1], error)
        assert await loop.error(racing) is error

    async def test_settled_before(self, txaio, loop):
        """Futures that are settled already count in their order."""
        futures = [txaio.create_future(), *map(txaio.create_future_success, "ab")]
        assert await first(txaio, futures) == "a"
        assert await loop.outcome(futures[0]) == "cancelled"

    async def test_coroutines(self, txaio, unit):
        """Coroutines are run."""

        async def work(number):
            await txaio.sleep(number * unit)
            return number

        assert await first(txaio, [work(3), work(1), work(2)]) == 1

    async def test_at_the_same_moment(self, txaio, loop):
        """The value of another that came at the same moment is not lost."""
        futures = [txaio.create_future() for _ in range(2)]
        racing = await loop.start(first, txaio, futures)
        txaio.resolve(futures[1], "b")
        txaio.resolve(futures[0], "a")
        assert await racing == "b"
        assert txaio.result(futures[0]) == "a"

    async def test_cancelled_one(self, txaio, loop):
        """One that is cancelled is settled, too."""
        futures = [txaio.create_future() for _ in range(2)]
        racing = await loop.start(first, txaio, futures)
        loop.cancel(futures[0])
        assert await loop.outcome(racing) == "cancelled"
        assert await loop.outcome(futures[1]) == "cancelled"

    async def test_same_twice(self, txaio):
        """A future may be there twice."""
        future = txaio.create_future_success(1)
        assert await first(txaio, [future, future]) == 1


class TestOthers:
    """The others have ended before it returns."""

    async def test_clean_up(self, txaio, unit):
        """It waits for their clean-up, which no second cancellation interrupts."""
        ended = []

        async def slow():
            try:
                await txaio.create_future()
            finally:
                await txaio.uncancelled(txaio.sleep, 5 * unit)
                ended.append("slow")

        async def race():
            return await first(txaio, [slow(), txaio.sleep(unit)])

        racing = txaio.as_future(race)
        await txaio.sleep(1.5 * unit)
        assert ended == []
        assert not txaio.is_called(racing)
        await racing
        assert ended == ["slow"]

    async def test_error_in_clean_up(self, txaio, txaio_errors):
        """An error of another is reported."""

        async def slow():
            try:
                await txaio.create_future()
            finally:
                raise Boom

        with txaio_errors.expect(Boom):
            assert await first(txaio, [slow(), quick(txaio)]) == "quick"

    async def test_error_at_the_same_moment(self, txaio, txaio_errors, loop):
        """So is one that came at the same moment."""
        futures = [txaio.create_future() for _ in range(2)]
        racing = await loop.start(first, txaio, futures)
        txaio.resolve(futures[1], "value")
        txaio.reject(futures[0], Boom())
        with txaio_errors.expect(Boom):
            assert await racing == "value"
            await loop.settle()


async def quick(txaio):
    """Return in a later turn of the loop."""
    await txaio.sleep(0.001)
    return "quick"


class TestCancel:
    """The caller owns them."""

    async def test_cancels_all(self, txaio, loop):
        """If the caller is cancelled, they are, and end first."""
        ended = []

        async def slow():
            try:
                await txaio.create_future()
            finally:
                await txaio.uncancelled(txaio.sleep, 0.001)
                ended.append("slow")

        racing = await loop.start(first, txaio, [slow(), slow()])
        loop.cancel(racing)
        assert await loop.outcome(racing) == "cancelled"
        assert ended == ["slow", "slow"]

    async def test_as_the_others_end(self, txaio, loop):
        """While the others end, it waits for them, and the value is not lost."""
        got = []
        gate = txaio.create_future()

        async def slow():
            try:
                await txaio.create_future()
            finally:
                await txaio.uncancelled(lambda: gate)

        async def caller():
            got.append(await first(txaio, [slow(), quick(txaio)]))
            await txaio.create_future()

        calling = txaio.as_future(caller)
        await txaio.sleep(0.1)
        loop.cancel(calling)
        await loop.settle()
        assert got == []
        txaio.resolve(gate)
        assert await loop.outcome(calling) == "cancelled"
        assert got == ["quick"]

    async def test_again(self, txaio, loop):
        """A second cancellation does not keep it from waiting for them."""
        ended = []

        async def slow():
            try:
                await txaio.create_future()
            finally:
                await txaio.uncancelled(txaio.sleep, 0.1)
                ended.append("slow")

        racing = await loop.start(first, txaio, [slow()])
        for _ in range(3):
            loop.cancel(racing)
            await loop.settle()
        assert await loop.outcome(racing) == "cancelled"
        assert ended == ["slow"]

    async def test_error_in_clean_up(self, txaio, txaio_errors, loop):
        """Errors of theirs are reported then."""

        async def slow():
            try:
                await txaio.create_future()
            finally:
                raise Boom

        racing = await loop.start(first, txaio, [slow()])
        with txaio_errors.expect(Boom):
            loop.cancel(racing)
            assert await loop.outcome(racing) == "cancelled"

    async def test_as_the_first_fails(self, txaio, txaio_errors, loop, moment):
        """The error of the winner is raised, or reported."""
        future = txaio.create_future()
        racing = await loop.start(first, txaio, [future])
        txaio.reject(future, Boom())
        await loop.turns(moment)
        loop.cancel(racing)
        end = await loop.outcome(racing)
        await loop.settle()
        reports = txaio_errors.take()
        assert (end, len(reports)) in (("Boom", 0), ("cancelled", 1))

    async def test_as_the_first_has_a_value(self, txaio, loop):
        """Its value can be had from its future."""
        future = txaio.create_future()
        racing = await loop.start(first, txaio, [future])
        txaio.resolve(future, "value")
        loop.cancel(racing)
        await loop.outcome(racing)
        assert txaio.result(future) == "value"


class TestArguments:
    """What it cannot wait for is refused."""

    async def test_none(self, txaio):
        """There has to be one."""
        with pytest.raises(ValueError, match="futures must not be empty"):
            await first(txaio, [])

    async def test_no_future(self, txaio):
        """All have to be futures or coroutines."""
        with pytest.raises(TypeError, match=r"futures must hold .*, not 'int': as_"):
            await first(txaio, [txaio.create_future(), 1])

    async def test_one_future(self, txaio):
        """It takes several, not one."""
        with pytest.raises(TypeError, match=r"not a future: pass \[future\]"):
            await first(txaio, txaio.create_future())

    async def test_no_backend(self, txaio):
        """The backend is its first argument."""
        with pytest.raises(TypeError, match="txa must be a backend, not 'list'"):
            await first([txaio.create_future()], None)
