"""Functions that run once for several callers."""

from __future__ import annotations

import traceback

import pytest

from txaio_primitives import Shared


class Boom(Exception):
    """An error."""


class Runs:
    """A function, and its runs."""

    def __init__(self, txa):
        self._txa = txa
        self.gates = []
        self.ended = []

    async def run(self, *key, **names):
        """Wait for a gate, and return its value."""
        gate = self._txa.create_future()
        self.gates.append(gate)
        try:
            return await gate, key, names
        finally:
            await self._txa.uncancelled(self._txa.sleep, 0.001)
            self.ended.append(key)


@pytest.fixture
def runs(txaio):
    """A function, and its runs."""
    return Runs(txaio)


@pytest.fixture
def shared(txaio, runs):
    """What several callers share."""
    return Shared(txaio, runs.run)


class TestOneRun:
    """Callers that come while it runs share the run."""

    async def test_value(self, txaio, shared, runs, loop):
        """All get its value."""
        callers = [await loop.start(shared) for _ in range(3)]
        assert len(runs.gates) == 1
        txaio.resolve(runs.gates[0], "value")
        values = await txaio.gather(callers, consume_exceptions=False)
        assert values == [("value", (), {})] * 3

    async def test_error(self, txaio, shared, runs, loop):
        """All get its error, and it is not reported."""
        callers = [await loop.start(shared) for _ in range(3)]
        error = Boom()
        txaio.reject(runs.gates[0], error)
        assert [await loop.error(each) for each in callers] == [error] * 3

    async def test_line_of_an_error(self, txaio, shared, runs, loop):
        """Each caller sees where it arose."""
        texts = []

        async def call():
            with pytest.raises(Boom) as caught:
                await shared()
            texts.append("".join(traceback.format_exception(caught.value)))

        callers = [await loop.start(call) for _ in range(3)]
        txaio.reject(runs.gates[0], Boom())
        await txaio.gather(callers, consume_exceptions=False)
        assert len(texts) == 3
        assert all("return await gate, key, names" in text for text in texts)

    async def test_is_not_kept(self, txaio, shared, runs, loop):
        """The next call starts another."""
        for number in range(2):
            caller = await loop.start(shared)
            txaio.resolve(runs.gates[number], number)
            assert (await caller)[0] == number
        assert shared._runs == {}

    async def test_arguments(self, txaio, shared, runs, loop):
        """Calls with other arguments have runs of their own."""
        arguments = [((1,), {}), ((2,), {}), ((1,), {"b": 2, "a": 1})]
        callers = []
        for args, kwargs in arguments * 2:
            callers.append(txaio.as_future(shared, *args, **kwargs))
            await loop.settle()
        assert len(runs.gates) == 3
        for gate in runs.gates:
            txaio.resolve(gate)
        values = await txaio.gather(callers, consume_exceptions=False)
        assert values == [(None, *each) for each in arguments] * 2

    @pytest.mark.parametrize("fails", [False, True])
    async def test_plain_function(self, txaio, fails, loop):
        """A function that returns or fails at once is called."""

        def function():
            if fails:
                raise Boom
            return "value"

        caller = await loop.start(Shared(txaio, function))
        assert await loop.outcome(caller) == ("Boom" if fails else "done")
        await loop.settle()

    async def test_called_as_it_ends(self, txaio, shared, runs, loop):
        """A call that comes after its end has another run, however soon it comes."""
        callers = [await loop.start(shared)]
        txaio.resolve(runs.gates[0], 0)
        await txaio.sleep(0.0005)
        callers.append(txaio.as_future(shared))
        await callers[0]
        callers.append(txaio.as_future(shared))
        await loop.settle()
        for gate in runs.gates[1:]:
            txaio.resolve(gate, 1)
        await txaio.gather(callers)
        assert len(runs.gates) == 2

    async def test_settled_and_not_noticed(self, txaio, loop):
        """A run that has its value, and whose callers do not know yet, is over."""
        futures = []

        def function():
            futures.append(txaio.create_future())
            return futures[-1]

        shared = Shared(txaio, function)
        first = await loop.start(shared)
        txaio.resolve(futures[0], "old")
        seconds = [txaio.as_future(shared), txaio.as_future(shared)]
        await loop.settle()
        assert len(futures) == 2
        txaio.resolve(futures[1], "new")
        assert await first == "old"
        assert [await each for each in seconds] == ["new", "new"]


class TestCancel:
    """It ends with its last caller."""

    async def test_one_of_two(self, txaio, shared, runs, loop):
        """A caller that is cancelled affects no other."""
        first, second = await loop.start(shared), await loop.start(shared)
        loop.cancel(first)
        assert await loop.outcome(first) == "cancelled"
        assert runs.ended == []
        txaio.resolve(runs.gates[0], "value")
        assert (await second)[0] == "value"

    async def test_last(self, shared, runs, loop):
        """With the last the run is cancelled, and has ended when that goes on."""
        callers = [await loop.start(shared) for _ in range(2)]
        for number, caller in enumerate(callers):
            loop.cancel(caller)
            assert await loop.outcome(caller) == "cancelled"
            assert len(runs.ended) == number

    async def test_call_meanwhile(self, txaio, shared, runs, loop):
        """A call that comes while it ends waits, and starts another."""
        first = await loop.start(shared)
        loop.cancel(first)
        await loop.turns(3)
        seconds = [txaio.as_future(shared) for _ in range(2)]
        await loop.turns(3)
        await loop.outcome(first)
        await loop.settle()
        assert len(runs.gates) == 2
        txaio.resolve(runs.gates[1], "second")
        assert [(await each)[0] for each in seconds] == ["second"] * 2

    async def test_cancelled_while_it_waits(self, txaio, shared, runs, loop):
        """That call can be cancelled, too."""
        first = await loop.start(shared)
        loop.cancel(first)
        await loop.turns(3)
        second = txaio.as_future(shared)
        await loop.turns(1)
        loop.cancel(second)
        assert await loop.outcome(second) == "cancelled"
        assert await loop.outcome(first) == "cancelled"
        assert len(runs.gates) == 1

    async def test_error_in_clean_up(self, txaio, txaio_errors, loop):
        """An error that no caller sees is reported."""

        async def run():
            try:
                await txaio.create_future()
            finally:
                await txaio.uncancelled(txaio.sleep, 0)
                raise Boom

        caller = await loop.start(Shared(txaio, run))
        with txaio_errors.expect(Boom):
            loop.cancel(caller)
            assert await loop.outcome(caller) == "cancelled"
            await loop.settle()

    async def test_as_it_fails(self, txaio, txaio_errors, loop, moment):
        """A caller that is cancelled then sees the error, or it is reported."""
        gate = txaio.create_future()
        raised = []

        async def run():
            await gate
            raised.append(Boom())
            raise raised[0]

        caller = await loop.start(Shared(txaio, run))
        txaio.resolve(gate)
        await loop.turns(moment)
        loop.cancel(caller)
        end = await loop.outcome(caller)
        await loop.settle()
        reported = txaio_errors.take()
        assert end in ("Boom", "cancelled")
        assert reported == (raised if end == "cancelled" else [])

    async def test_one_of_two_as_it_fails(self, txaio, loop, moment):
        """If another caller sees it, it is not reported."""
        gate = txaio.create_future()

        async def run():
            await gate

        shared = Shared(txaio, run)
        callers = [await loop.start(shared) for _ in range(2)]
        txaio.reject(gate, Boom())
        await loop.turns(moment)
        loop.cancel(callers[0])
        assert await loop.outcome(callers[0]) in ("cancelled", "Boom")
        assert await loop.outcome(callers[1]) == "Boom"

    async def test_run_that_is_cancelled(self, txaio, loop):
        """A run that cancels itself is cancelled for its callers."""

        async def run():
            future = txaio.create_future()
            txaio.cancel(future)
            await future

        caller = await loop.start(Shared(txaio, run))
        assert await loop.outcome(caller) == "cancelled"


class TestArguments:
    """What makes no sense is refused."""

    async def test_coroutine(self, txaio, runs):
        """A coroutine in the place of its function is one such thing."""
        with pytest.raises(TypeError, match=r"pass it uncalled, as Shared\(txa, fn\)"):
            Shared(txaio, runs.run())

    async def test_argument_without_a_hash(self, shared):
        """An argument that cannot be a key is another."""
        with pytest.raises(TypeError, match="unhashable"):
            await shared([])
