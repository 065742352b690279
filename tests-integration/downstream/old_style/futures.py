"""Programs with futures."""

# Their names say what they are about.
# ruff: noqa: D103

from __future__ import annotations

import sys
from functools import partial

import txaio
from old_style.base import fail, note, noting, on, program, run, work


@program
def callbacks_after_each_other():
    """On Twisted each gets what the previous one returns, on asyncio the outcome."""
    future = txaio.create_future()
    for number in range(3):
        txaio.add_callbacks(future, noting(f"callback {number}", number), None)
    txaio.resolve(future, "first")


@program
def errback_that_returns_a_value():
    future = txaio.create_future()
    txaio.add_callbacks(future, None, noting("first", 5))
    txaio.add_callbacks(future, noting("second"), noting("second failed", 5))
    txaio.reject(future, ValueError())


@program
def callback_that_raises():
    future = on(txaio.create_future_success(1))
    txaio.add_callbacks(future, fail, noting("its own errback"))
    txaio.add_callbacks(future, noting("next"), noting("next errback", None))


@program
def callback_alone():
    txaio.add_callbacks(txaio.create_future_error(ValueError()), note, None)


@program
def no_callbacks():
    txaio.add_callbacks(txaio.create_future(), None, None)


@program
def coroutine_function_as_a_callback():
    txaio.add_callbacks(txaio.create_future_success(1), work, None)


@program
def failure_without_an_errback():
    txaio.create_future_error(ValueError())


@program
def as_future_of_a_function():
    for function in (partial(int, "7"), partial(int, "x"), work, dict):
        on(txaio.as_future(function))
    on(txaio.as_future(fail, error=KeyError))
    on(txaio.as_future(txaio.create_future_success, 3))


@program
def as_future_of_a_coroutine():
    coroutine = work()
    try:
        on(txaio.as_future(coroutine))
    finally:
        coroutine.close()


@program
def as_future_that_exits():
    on(txaio.as_future(sys.exit, 3))


@program
def as_future_by_keyword():
    on(txaio.as_future(fun=dict))


@program
def stop_iteration():
    on(txaio.as_future(fail, error=StopIteration))


@program
def is_future():
    coroutine = work()
    note([txaio.is_future(it) for it in (txaio.create_future(), 1, None, coroutine)])
    coroutine.close()


@program
def gather():
    futures = [txaio.create_future() for _ in range(3)]
    on(txaio.gather(futures))
    txaio.resolve(futures[0], 0)
    txaio.reject(futures[1], ValueError())
    txaio.resolve(futures[2], 2)


@program
def gather_that_fails():
    futures = [txaio.create_future() for _ in range(3)]
    gathered = on(txaio.gather(futures, consume_exceptions=False))
    txaio.reject(futures[1], ValueError())
    run()
    note(txaio.is_called(gathered))
    txaio.resolve(futures[0], 0)
    txaio.resolve(futures[2], 2)


@program
def gather_of_coroutines():
    coroutines = [work(), work()]
    try:
        on(txaio.gather(coroutines))
        run()
    finally:
        for each in coroutines:
            each.close()


@program
def gather_that_is_cancelled():
    txaio.cancel(on(txaio.gather([txaio.create_future()])))


@program
def settle_twice():
    txaio.resolve(future := txaio.create_future())
    txaio.resolve(future)


@program
def reject_with_the_exception_being_handled():
    future = on(txaio.create_future())
    try:
        fail()
    except ValueError:
        txaio.reject(future)


@program
def reject_without_an_exception():
    txaio.reject(on(txaio.create_future()))


@program
def reject_with_a_text():
    txaio.reject(on(txaio.create_future()), "text")


@program
def no_future():
    txaio.resolve(None)


@program
def cancel():
    future = on(txaio.create_future(canceller=lambda _future: note("cancelled")))
    txaio.cancel(future)
    run()
    note(txaio.is_called(future))


@program
def cancel_with_a_text():
    future = txaio.create_future()
    txaio.add_callbacks(future, None, lambda failure: note(str(failure.value)))
    txaio.cancel(future, msg="why")


@program
def cancel_without_an_errback():
    txaio.cancel(txaio.create_future())


@program
def resolve_after_cancel():
    txaio.cancel(future := on(txaio.create_future()))
    run()
    txaio.resolve(future)
    txaio.resolve(future)


@program
def canceller_that_raises():
    txaio.cancel(on(txaio.create_future(canceller=fail)))


@program
def canceller_that_resolves():
    txaio.cancel(on(txaio.create_future(canceller=partial(txaio.resolve, result=1))))
