"""Task groups."""

from __future__ import annotations

from math import inf

import pytest
from steps import errors_of

from txaio_primitives import TaskGroup


class Boom(Exception):
    """An error."""


@pytest.fixture
def seen():
    """What happened."""
    return []


@pytest.fixture
def child(txaio, seen):
    """A coroutine function that waits until it is cancelled, and cleans up."""

    async def child(name="child", clean_up=0.0):
        seen.append(f"{name} begins")
        try:
            await txaio.create_future()
        finally:
            if clean_up:
                await txaio.uncancelled(txaio.sleep, clean_up)
            seen.append(f"{name} ends")

    return child


@pytest.fixture
def fail(txaio):
    """A coroutine function that fails."""

    async def fail(error=None, seconds=0.0):
        await txaio.sleep(seconds)
        raise error or Boom

    return fail


class TestTasks:
    """Functions are run."""

    async def test_waits_for_all(self, txaio, unit):
        """The block ends when all have ended."""
        ended = []

        async def work(number, *, factor=1):
            await txaio.sleep(number * unit)
            ended.append(number)
            return number * factor

        async with TaskGroup(txaio) as group:
            futures = [group.start_soon(work, number, factor=2) for number in (2, 1)]
            assert ended == []
        assert sorted(ended) == [1, 2]
        assert [txaio.result(future) for future in futures] == [4, 2]

    async def test_empty(self, txaio):
        """Without tasks it ends at once."""
        async with TaskGroup(txaio):
            pass

    async def test_value_of_the_block(self, txaio):
        """A function can return from inside."""

        async def work():
            async with TaskGroup(txaio) as group:
                return await group.start_soon(divmod, 7, 2)

        assert await work() == (3, 1)

    async def test_started_by_a_task(self, txaio, loop):
        """A task can start others, also when the body has ended."""
        ended = []

        async def work(depth):
            await loop.turns(2)
            if depth:
                group.start_soon(work, depth - 1)
            ended.append(depth)

        async with TaskGroup(txaio) as group:
            group.start_soon(work, 3)
        assert ended == [3, 2, 1, 0]

    async def test_started_by_a_callback(self, txaio, loop):
        """So can a callback of the last task that has ended."""
        ended = []

        async def work(name):
            await loop.turns(2)
            ended.append(name)

        async with TaskGroup(txaio) as group:
            future = group.start_soon(work, "first")
            txaio.add_callbacks(
                future, lambda _: group.start_soon(work, "second"), None
            )
        assert ended == ["first", "second"]

    async def test_cancelled_task(self, txaio, child, loop, seen):
        """A task that is cancelled has not failed."""
        async with TaskGroup(txaio) as group:
            future = group.start_soon(child)
            await loop.settle()
            loop.cancel(future)
        assert seen == ["child begins", "child ends"]


class TestFailure:
    """The first error ends all."""

    async def test_of_a_task(self, txaio, child, fail, seen):
        """It cancels the other tasks and the body, and comes in a group."""

        async def work():
            async with TaskGroup(txaio) as group:
                group.start_soon(child)
                group.start_soon(fail, Boom("text"))
                await txaio.create_future()
                seen.append("not reached")

        with pytest.raises(ExceptionGroup, match="errors in a TaskGroup") as caught:
            await work()
        [error] = caught.value.exceptions
        assert isinstance(error, Boom)
        assert caught.value.__suppress_context__
        assert seen == ["child begins", "child ends"]

    async def test_of_the_body(self, txaio, child, loop, seen):
        """An error of the body cancels the tasks, and comes in a group, too."""
        error = Boom()

        async def work():
            async with TaskGroup(txaio) as group:
                group.start_soon(child, clean_up=0.001)
                await loop.settle()
                raise error

        errors = await errors_of(work())
        assert errors == [error]
        assert seen == ["child begins", "child ends"]

    async def test_after_the_body(self, txaio, child, fail, seen):
        """So does an error when the body has ended."""

        async def work():
            async with TaskGroup(txaio) as group:
                group.start_soon(child)
                group.start_soon(fail, seconds=0.001)

        assert len(await errors_of(work())) == 1
        assert seen == ["child begins", "child ends"]

    async def test_while_others_end(self, txaio, loop):
        """Errors that come meanwhile are in the group, that of the body last."""
        errors = [Boom("first"), Boom("second"), Boom("body")]

        async def late():
            try:
                await txaio.create_future()
            finally:
                raise errors[1]

        async def early():
            await loop.settle()
            raise errors[0]

        async def work():
            async with TaskGroup(txaio) as group:
                group.start_soon(late)
                group.start_soon(early)
                try:
                    await txaio.create_future()
                finally:
                    raise errors[2]

        assert await errors_of(work()) == errors

    async def test_of_a_plain_function(self, txaio):
        """A function that fails at once ends the block."""

        def fail():
            raise Boom

        async def work():
            async with TaskGroup(txaio) as group:
                group.start_soon(fail)
                group.start_soon(txaio.create_future)
                await txaio.create_future()

        errors = await errors_of(work())
        assert [type(error) for error in errors] == [Boom]

    async def test_body_without_an_await(self, txaio, loop):
        """A body that awaits nothing more is not disturbed, nor is what follows."""
        seen = []

        def fail():
            raise Boom

        async def work():
            async with TaskGroup(txaio) as group:
                group.start_soon(fail)
                seen.append("body ends")

        assert len(await errors_of(work())) == 1
        await loop.turns(3)
        assert seen == ["body ends"]

    async def test_body_that_swallows_its_cancellation(self, txaio, fail, loop):
        """It goes on, as any coroutine that does so, and the error comes at its end."""
        seen = []

        async def work():
            async with TaskGroup(txaio) as group:
                group.start_soon(fail)
                try:
                    await txaio.create_future()
                except txaio.CancelledError:
                    seen.append("swallowed")
                await loop.settle()
                seen.append("goes on")

        assert len(await errors_of(work())) == 1
        assert seen == ["swallowed", "goes on"]

    async def test_what_ends_the_program(self, txaio, child, loop, seen):
        """What is no `Exception` comes bare, when the tasks have ended."""

        class End(BaseException):
            pass

        async def work():
            async with TaskGroup(txaio) as group:
                await loop.start(group.start_soon, child)
                raise End

        with pytest.raises(End):
            await work()
        assert seen == ["child begins", "child ends"]

    async def test_error_beside_what_ends_the_program(self, txaio, txaio_errors, loop):
        """Errors of tasks are reported then."""

        class End(BaseException):
            pass

        async def late():
            try:
                await txaio.create_future()
            finally:
                raise Boom

        async def work():
            async with TaskGroup(txaio) as group:
                await loop.start(group.start_soon, late)
                raise End

        with txaio_errors.expect(Boom), pytest.raises(End):
            await work()

    async def test_is_retrieved(self, txaio, fail):
        """The futures of tasks report nothing: the group has their errors."""

        async def work():
            async with TaskGroup(txaio) as group:
                group.start_soon(fail)

        assert len(await errors_of(work())) == 1


class TestCancel:
    """A group can be cancelled, from inside and from outside."""

    async def test_by_itself(self, txaio, child, loop, seen):
        """`cancel` ends the tasks and the body, without an error."""
        async with TaskGroup(txaio) as group:
            await loop.start(group.start_soon, child)
            group.cancel()
            group.cancel()
            seen.append("goes on")
            await txaio.create_future()
            seen.append("not reached")
        assert seen == ["child begins", "goes on", "child ends"]
        group.cancel()
        await loop.turns(2)

    async def test_again(self, txaio, loop, seen):
        """A task is cancelled once, however often the group is, or fails."""

        async def slow():
            try:
                await txaio.create_future()
            except txaio.CancelledError:
                await txaio.sleep(0.1)
                seen.append("cleaned up")

        async def late():
            try:
                await txaio.create_future()
            finally:
                raise Boom

        async def work():
            async with TaskGroup(txaio) as group:
                group.start_soon(slow)
                group.start_soon(late)
                await loop.settle()
                group.cancel()
                await txaio.uncancelled(loop.settle)
                group.cancel()

        assert len(await errors_of(work())) == 1
        assert seen == ["cleaned up"]

    async def test_by_a_task(self, txaio, child, loop, seen):
        """A task can do that, and is cancelled itself."""

        async def last():
            await loop.turns(3)
            group.cancel()
            await txaio.create_future()

        async with TaskGroup(txaio) as group:
            group.start_soon(child)
            group.start_soon(last)
        assert seen == ["child begins", "child ends"]

    async def test_before_it_begins(self, txaio, seen):
        """Cancelled before, its body is cancelled at its first await."""
        group = TaskGroup(txaio)
        group.cancel()
        async with group:
            seen.append("begins")
            await txaio.create_future()
            seen.append("not reached")
        assert seen == ["begins"]

    async def test_task_of_a_cancelled_group(self, txaio, child, loop, seen):
        """A task that is started then is cancelled at its first await."""
        async with TaskGroup(txaio) as group:
            group.cancel()
            future = group.start_soon(child)
            with pytest.raises(txaio.CancelledError):
                await txaio.create_future()
        assert await loop.outcome(future) == "cancelled"
        assert "child ends" in seen or seen == []

    async def test_from_outside_in_the_body(self, txaio, child, loop, seen):
        """A cancellation of the block goes to its tasks, and comes out of it."""

        async def work():
            async with TaskGroup(txaio) as group:
                group.start_soon(child, clean_up=0.001)
                await txaio.create_future()
            seen.append("not reached")

        future = await loop.start(work)
        loop.cancel(future)
        assert await loop.outcome(future) == "cancelled"
        assert seen == ["child begins", "child ends"]

    async def test_from_outside_after_the_body(self, txaio, child, loop, seen):
        """So does one that comes while it waits for its tasks."""

        async def work():
            async with TaskGroup(txaio) as group:
                group.start_soon(child, clean_up=0.1)
            seen.append("not reached")

        future = await loop.start(work)
        for _ in range(3):
            loop.cancel(future)
            await loop.settle()
        assert await loop.outcome(future) == "cancelled"
        assert seen == ["child begins", "child ends"]

    async def test_with_errors(self, txaio, loop):
        """Errors of tasks come out, and not the cancellation."""

        async def late():
            try:
                await txaio.create_future()
            finally:
                raise Boom

        async def work(*, awaits):
            async with TaskGroup(txaio) as group:
                group.start_soon(late)
                if awaits:
                    await txaio.create_future()

        for awaits in (True, False):
            future = await loop.start(lambda awaits=awaits: work(awaits=awaits))
            loop.cancel(future)
            assert await loop.outcome(future) == "ExceptionGroup"

    async def test_with_an_error_of_the_body(self, txaio, loop):
        """So does an error of the body."""
        gate = txaio.create_future()

        async def slow():
            try:
                await txaio.create_future()
            finally:
                await txaio.uncancelled(lambda: gate)

        async def work():
            async with TaskGroup(txaio) as group:
                await loop.start(group.start_soon, slow)
                raise Boom

        future = await loop.start(work)
        await loop.settle()
        loop.cancel(future)
        await loop.settle()
        txaio.resolve(gate)
        assert [type(error) for error in await errors_of(future)] == [Boom]

    async def test_as_a_task_fails(self, txaio, loop, moment):
        """At each moment, it is cancelled or has the error, and not both."""
        gate = txaio.create_future()
        raised = []

        async def fails():
            await gate
            raised.append(Boom())
            raise raised[0]

        async def work():
            async with TaskGroup(txaio) as group:
                group.start_soon(fails)
                await txaio.create_future()

        future = await loop.start(work)
        txaio.resolve(gate)
        await loop.turns(moment)
        loop.cancel(future)
        end = await loop.outcome(future)
        assert end == ("ExceptionGroup" if raised else "cancelled")


class TestNested:
    """Groups and deadlines nest."""

    async def test_inner_error(self, txaio, child, fail, seen):
        """An error of an inner group ends the outer one."""

        async def inner():
            async with TaskGroup(txaio) as group:
                group.start_soon(child, "inner")
                group.start_soon(fail, seconds=0.002)

        async def work():
            async with TaskGroup(txaio) as group:
                group.start_soon(child, "outer")
                group.start_soon(inner)
                await txaio.create_future()

        errors = await errors_of(work())
        [error] = errors
        assert isinstance(error, ExceptionGroup)
        assert [type(each) for each in error.exceptions] == [Boom]
        assert sorted(seen[-2:]) == ["inner ends", "outer ends"]

    async def test_outer_error(self, txaio, child, fail, seen):
        """An error of the outer group ends the inner one, which is in its body."""

        async def work():
            async with TaskGroup(txaio) as outer:
                outer.start_soon(fail, seconds=0.002)
                async with TaskGroup(txaio) as inner:
                    inner.start_soon(child, "inner", clean_up=0.001)
                    await txaio.create_future()
                seen.append("not reached")

        errors = await errors_of(work())
        assert [type(each) for each in errors] == [Boom]
        assert seen == ["inner begins", "inner ends"]

    async def test_outer_is_cancelled(self, txaio, child, seen):
        """So does its `cancel`; the inner one's ends the inner one alone."""
        async with TaskGroup(txaio) as outer:
            async with TaskGroup(txaio) as inner:
                inner.start_soon(child, "inner")
                inner.cancel()
                await txaio.create_future()
            seen.append("between")
            async with TaskGroup(txaio) as inner:
                outer.cancel()
                await txaio.create_future()
            seen.append("not reached")
        assert seen[-1] == "between"

    async def test_deadline_around(self, txaio, child, seen):
        """A deadline around it cancels the tasks, which end before the error."""

        async def work():
            async with txaio.fail_after(0.005), TaskGroup(txaio) as group:
                group.start_soon(child, clean_up=0.001)
                await txaio.create_future()

        with pytest.raises(TimeoutError):
            await work()
        assert seen == ["child begins", "child ends"]

    async def test_deadline_around_that_waits(self, txaio, child, seen):
        """So it does while the group waits for its tasks."""
        async with txaio.move_on_after(0.005) as scope, TaskGroup(txaio) as group:
            group.start_soon(child, clean_up=0.001)
        assert scope.expired
        assert seen == ["child begins", "child ends"]

    async def test_deadline_inside(self, txaio, child, seen):
        """A deadline inside is an error of the body."""

        async def work():
            async with TaskGroup(txaio) as group:
                group.start_soon(child)
                async with txaio.fail_after(0.005):
                    await txaio.create_future()

        errors = await errors_of(work())
        assert [type(each) for each in errors] == [TimeoutError]
        assert seen == ["child begins", "child ends"]

    async def test_deadline_inside_that_moves_on(self, txaio, fail, seen):
        """One without an error is none, and an error of a task goes through it."""

        async def work():
            async with TaskGroup(txaio) as group:
                async with txaio.move_on_after(0.005) as scope:
                    await txaio.create_future()
                seen.append(scope.expired)
                group.start_soon(fail, seconds=0.005)
                async with txaio.move_on_after(inf):
                    await txaio.create_future()
                seen.append("not reached")

        errors = await errors_of(work())
        assert [type(each) for each in errors] == [Boom]
        assert seen == [True]

    async def test_deadline_in_a_task(self, txaio):
        """A task can have a deadline."""

        async def slow():
            async with txaio.fail_after(0.005):
                await txaio.create_future()

        async def work():
            async with TaskGroup(txaio) as group:
                group.start_soon(slow)

        errors = await errors_of(work())
        assert [type(each) for each in errors] == [TimeoutError]

    async def test_clean_up_after_a_failure(self, txaio, fail, seen):
        """A group in the clean-up of a group works."""

        async def farewell():
            async with TaskGroup(txaio) as group:
                group.start_soon(txaio.sleep, 0.001)
                group.start_soon(seen.append, "said")

        async def work():
            async with TaskGroup(txaio) as group:
                group.start_soon(fail)
                try:
                    await txaio.create_future()
                finally:
                    await txaio.uncancelled(farewell)

        assert len(await errors_of(work())) == 1
        assert seen == ["said"]


class TestMisuse:
    """What makes no sense is refused."""

    async def test_before_its_block(self, txaio):
        """Nothing can be started before the block begins."""
        group = TaskGroup(txaio)
        with pytest.raises(RuntimeError, match="enter the group first: `async with"):
            group.start_soon(print)
        with pytest.raises(RuntimeError, match="left before it was entered"):
            await group.__aexit__(None, None, None)

    async def test_after_its_block(self, txaio):
        """Nothing can be started after its end."""
        async with TaskGroup(txaio) as group:
            pass
        with pytest.raises(RuntimeError, match="has ended: start tasks inside it"):
            group.start_soon(print)

    async def test_entered_twice(self, txaio):
        """A group has one block."""
        async with TaskGroup(txaio) as group:
            with pytest.raises(RuntimeError, match="entered once: make another"):
                await group.__aenter__()
        with pytest.raises(RuntimeError, match="entered once: make another"):
            await group.__aenter__()

    async def test_coroutine(self, txaio, fail):
        """A coroutine in the place of its function is refused."""
        text = "fn must be a function, not a coroutine: pass it uncalled"

        async def work():
            async with TaskGroup(txaio) as group:
                group.start_soon(fail())

        errors = await errors_of(work())
        [error] = errors
        assert isinstance(error, TypeError)
        assert text in str(error)

    async def test_plain_with(self, txaio):
        """It is no plain context manager."""
        with pytest.raises(TypeError, match="context man"), TaskGroup(txaio):
            pass
