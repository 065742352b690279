"""Background tasks."""

from __future__ import annotations

import pytest

from txaio_primitives import Background


class Boom(Exception):
    """An error."""


@pytest.fixture
def background(txaio):
    """A place for tasks, whose failures are reported."""
    return Background(txaio)


async def fail(txaio, text="text"):
    """Fail in a later turn of the loop."""
    await txaio.sleep(0)
    raise Boom(text)


class TestStart:
    """Functions are run."""

    async def test_runs(self, txaio, background, loop):
        """With arguments, and its future has the value."""

        async def work(number, *, factor):
            await txaio.sleep(0)
            return number * factor

        future = background.start_soon(work, 6, factor=7)
        assert len(background) == 1
        assert await future == 42
        await loop.settle()
        assert len(background) == 0

    async def test_plain_function(self, background, loop):
        """A function that returns at once is run as well."""
        future = background.start_soon(divmod, 7, 2)
        assert await future == (3, 1)
        await loop.settle()
        assert len(background) == 0

    async def test_coroutine(self, background, txaio):
        """A coroutine in the place of its function is refused."""
        with pytest.raises(
            TypeError, match=r"pass it uncalled, as start_soon\(fn, 1\)"
        ):
            background.start_soon(fail(txaio))
        with pytest.raises(TypeError, match="fn must be a function, not 'int'"):
            background.start_soon(1)
        assert len(background) == 0

    async def test_same_future_twice(self, txaio, loop):
        """A future that is given twice counts once."""
        errors = []
        background = Background(txaio, errors.append)
        future = txaio.create_future()
        for _ in range(2):
            background.start_soon(lambda: future)
        assert len(background) == 1
        txaio.reject(future, Boom())
        await loop.settle()
        assert len(background) == 0
        assert len(errors) == 1


class TestFailure:
    """A failure is known at once."""

    async def test_is_reported(self, background, txaio, txaio_errors, loop):
        """It is reported, and the others go on."""
        other = background.start_soon(txaio.create_future)
        kept = background.start_soon(fail, txaio)
        with txaio_errors.expect(Boom, match="text"):
            await loop.settle()
        assert not txaio.is_called(other)
        await background.close()
        del kept

    async def test_goes_to_on_error(self, txaio, loop):
        """Or it goes to a function."""
        errors = []
        background = Background(txaio, errors.append)
        background.start_soon(fail, txaio)
        await loop.settle()
        assert [str(error) for error in errors] == ["text"]
        assert len(background) == 0

    async def test_on_error_fails(self, txaio, txaio_errors, loop):
        """The error of that function is reported."""

        def on_error(error):
            raise KeyError(error)

        background = Background(txaio, on_error)
        background.start_soon(fail, txaio)
        with txaio_errors.expect(KeyError):
            await loop.settle()
        assert len(background) == 0

    def test_no_function(self, txaio):
        """What is no function is refused."""
        with pytest.raises(TypeError, match="on_error must be a function, not 'str'"):
            Background(txaio, "log")


class TestClose:
    """Its tasks end with it."""

    async def test_waits_for_clean_up(self, background, txaio, loop, unit):
        """All are cancelled, and it waits until they have ended."""
        ended = []

        async def work(number):
            try:
                await txaio.create_future()
            finally:
                await txaio.uncancelled(txaio.sleep, number * unit)
                ended.append(number)

        futures = [background.start_soon(work, number) for number in range(3)]
        await loop.settle()
        await background.close()
        assert sorted(ended) == [0, 1, 2]
        assert [await loop.outcome(each) for each in futures] == ["cancelled"] * 3
        await background.close()

    async def test_failure_in_clean_up(self, background, txaio, txaio_errors, loop):
        """An error of the clean-up is reported."""

        async def work():
            try:
                await txaio.create_future()
            finally:
                raise Boom

        background.start_soon(work)
        await loop.settle()
        with txaio_errors.expect(Boom):
            await background.close()

    async def test_no_task_after_it(self, background):
        """Nothing can be started any more."""
        await background.close()
        with pytest.raises(RuntimeError, match=r"start tasks before close\(\)"):
            background.start_soon(divmod, 1, 1)

    async def test_by_one_of_its_tasks(self, background, txaio, loop):
        """A task that closes it ends, too, and waits for nobody."""

        async def work(turns):
            await loop.turns(turns)
            await background.close()
            await txaio.create_future()

        for turns in (1, 0):
            future = background.start_soon(work, turns)
            assert await loop.outcome(future) == "cancelled"
            assert len(background) == 0
            background._is_closed = False

    async def test_twice_at_a_time(self, background, txaio, loop):
        """Each that closes it waits."""

        async def work():
            try:
                await txaio.create_future()
            finally:
                await txaio.uncancelled(txaio.sleep, 0.01)

        background.start_soon(work)
        await loop.settle()
        await txaio.gather([background.close(), background.close()])
        assert len(background) == 0

    async def test_cancelled_while_it_waits(self, background, txaio, loop):
        """It can be given up; the tasks end all the same."""
        gate = txaio.create_future()

        async def work():
            try:
                await txaio.create_future()
            finally:
                await txaio.uncancelled(lambda: gate)

        background.start_soon(work)
        await loop.settle()
        closing = await loop.start(background.close)
        loop.cancel(closing)
        assert await loop.outcome(closing) == "cancelled"
        assert len(background) == 1
        txaio.resolve(gate)
        await background.close()

    async def test_cancel_only(self, background, txaio, loop):
        """They can be cancelled without an end."""
        future = background.start_soon(txaio.create_future)
        background.cancel()
        assert await loop.outcome(future) == "cancelled"
        assert await background.start_soon(divmod, 7, 2) == (3, 1)
