"""The operations of a backend, each of which cleans up what it makes.

Their names say what they do, so they have no docstrings.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from leaks._table import operation, operation_with


class Boom(Exception):
    """The failure of a future."""


async def fail(txa: Any) -> None:
    """Fail after a turn of the loop."""
    await txa.sleep(0)
    raise Boom


@operation
async def resolved_future(txa: Any) -> None:
    future = txa.create_future()
    txa.call_later(1, txa.resolve, future, 1)
    await future


@operation
async def rejected_future(txa: Any) -> None:
    with suppress(Boom):
        await soon_rejected(txa)


def soon_rejected(txa: Any) -> Any:
    """Return a future, to which a frame that awaits it has no other reference."""
    future = txa.create_future()
    txa.call_later(1, txa.reject, future, Boom())
    return future


@operation
async def settled_futures(txa: Any) -> None:
    await txa.create_future_success(1)
    txa.result(txa.create_future(2))
    with suppress(Boom):
        txa.result(txa.create_future_error(Boom()))


@operation
async def unretrieved_failure(txa: Any) -> None:
    txa.create_future_error(Boom())


@operation
async def dropped_future(txa: Any) -> None:
    txa.create_future(canceller=id)


@operation
async def callbacks(txa: Any) -> None:
    future = txa.create_future()
    for _ in range(3):
        txa.add_callbacks(future, id, id)
    txa.resolve(future, 1)


@operation
async def errbacks(txa: Any) -> None:
    future = txa.create_future()
    for _ in range(3):
        txa.add_callbacks(future, id, id)
    txa.reject(future, Boom())


@operation
async def failing_callback(txa: Any) -> None:
    future = txa.create_future()
    txa.add_callbacks(future, lambda _value: 1 / 0, None)
    txa.resolve(future)


@operation
async def pending_callbacks(txa: Any) -> None:
    txa.add_callbacks(txa.create_future(), id, id)


@operation
async def cancelled_future(txa: Any) -> None:
    future = txa.create_future(canceller=id)
    txa.add_callbacks(future, id, id)
    txa.cancel(future, "enough")
    with suppress(txa.CancelledError):
        await future


@operation
async def cancelled_coroutine(txa: Any) -> None:
    task = txa.as_future(txa.sleep, 10)
    waiting = txa.as_future(wait_for, task)
    await txa.sleep(1)
    txa.cancel(waiting)
    with suppress(txa.CancelledError):
        await waiting


async def wait_for(future: Any) -> None:
    """Wait for *future*, which a cancellation goes on to."""
    await future


@operation
async def coroutine_cancelled_before_it_starts(txa: Any) -> None:
    task = txa.as_future(wait_for, txa.create_future())
    txa.cancel(task)
    with suppress(txa.CancelledError):
        await task


@operation
async def uncancelled(txa: Any) -> None:
    task = txa.as_future(txa.uncancelled, txa.sleep, 2)
    await txa.sleep(1)
    txa.cancel(task)
    with suppress(txa.CancelledError):
        await task


@operation
async def as_future_of_a_coroutine(txa: Any) -> None:
    await txa.as_future(txa.sleep, 1)
    with suppress(Boom):
        await txa.as_future(fail, txa)


@operation
async def as_future_of_a_function(txa: Any) -> None:
    await txa.as_future(id, 1)
    with suppress(ZeroDivisionError):
        await txa.as_future(lambda: 1 / 0)


@operation
async def background_coroutine(txa: Any) -> None:
    txa.as_future(txa.sleep, 1)
    await txa.sleep(2)


@operation
async def background_failure(txa: Any) -> None:
    txa.as_future(fail, txa)


@operation
async def gather(txa: Any) -> None:
    await txa.gather([txa.sleep(1), txa.as_future(fail, txa), txa.sleep(0)])


@operation
async def gather_with_an_error(txa: Any) -> None:
    with suppress(Boom):
        await txa.gather([fail(txa), txa.sleep(1), fail(txa)], False)  # noqa: FBT003


@operation
async def cancelled_gather(txa: Any) -> None:
    gathered = txa.gather([txa.sleep(10), txa.as_future(txa.sleep, 10)])
    await txa.sleep(1)
    txa.cancel(gathered)
    with suppress(txa.CancelledError):
        await gathered


@operation
async def shield(txa: Any) -> None:
    await txa.shield(txa.sleep(1))
    with suppress(Boom):
        await txa.shield(fail(txa))


@operation
async def cancelled_shield(txa: Any) -> None:
    shielded = txa.shield(txa.sleep(2))
    await txa.sleep(1)
    txa.cancel(shielded)
    with suppress(txa.CancelledError):
        await shielded


@operation_with(lambda txa: txa.create_future())
async def given_up_shield(txa: Any, pending: Any) -> None:
    shielded = txa.shield(pending)
    txa.cancel(shielded)
    with suppress(txa.CancelledError):
        await shielded


@operation
async def timeout(txa: Any) -> None:
    await txa.timeout(txa.sleep(1), 2)
    with suppress(Boom):
        await txa.timeout(fail(txa), 2)


@operation
async def expired_timeout(txa: Any) -> None:
    for late in (txa.sleep(2), wait_for(txa.sleep(2))):
        with suppress(TimeoutError):
            await txa.timeout(late, 1)


@operation
async def cancelled_timeout(txa: Any) -> None:
    limited = txa.timeout(txa.sleep(10), 5)
    await txa.sleep(1)
    txa.cancel(limited)
    with suppress(txa.CancelledError):
        await limited


@operation
async def scopes(txa: Any) -> None:
    async with txa.fail_after(5) as outer, txa.move_on_after(3):
        outer.reset(6)
        await txa.sleep(1)


@operation
async def expired_scopes(txa: Any) -> None:
    async with txa.move_on_after(1):
        await txa.sleep(2)
    with suppress(TimeoutError):
        async with txa.fail_after(1):
            await txa.sleep(2)


@operation
async def cancelled_scope(txa: Any) -> None:
    async with txa.move_on_after(5) as scope:
        scope.cancel()
        await txa.sleep(1)


@operation
async def sleeps(txa: Any) -> None:
    await txa.sleep(0)
    await txa.sleep(1)


@operation
async def cancelled_sleep(txa: Any) -> None:
    sleeping = txa.sleep(10)
    txa.cancel(sleeping)
    with suppress(txa.CancelledError):
        await sleeping


@operation
async def report(txa: Any) -> None:
    try:
        await fail(txa)
    except Boom as error:
        txa.report(error, "while testing")
        txa.report(txa.create_failure(error))
        txa.failure_message(txa.create_failure())
        txa.failure_format_traceback(txa.create_failure())
