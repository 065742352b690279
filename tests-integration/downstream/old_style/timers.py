"""Programs with timers."""

# Their names say what they are about.
# ruff: noqa: D103

from __future__ import annotations

from time import monotonic

import txaio
from old_style.base import fail, note, program, run, work


@program
def call_later():
    txaio.call_later(0.001, lambda *args, **kwargs: note([*args, *kwargs]), 1, x=2)
    txaio.call_later(0.001, note, "not called").cancel()
    txaio.call_later(0, note, "at once")


@program
def call_that_is_cancelled_twice():
    call = txaio.call_later(0.001, note, "called")
    call.cancel()
    call.cancel()


@program
def call_that_is_cancelled_after_it():
    call = txaio.call_later(0, note, "called")
    run()
    call.cancel()


@program
def call_that_raises():
    txaio.call_later(0, fail)


@program
def call_of_a_coroutine_function():
    txaio.call_later(0, work)


@program
def call_with_keywords():
    txaio.call_later(delay=0, fun=note)


@program
def negative_delay():
    txaio.call_later(-1, note, "called")


@program
def nothing_to_call():
    txaio.call_later(0, None)


@program
def sleep():
    txaio.add_callbacks(txaio.sleep(0.001), note, None)


@program
def batched_call():
    timer = txaio.make_batched_timer(0.1, chunk_size=2)
    for number in range(5):
        timer.call_later(0.1, note, number)
    run(0.5)


@program
def batched_calls_are_early():
    timer = txaio.make_batched_timer(0.4)
    early = []
    for _time in range(4):
        due = monotonic() + 0.5
        timer.call_later(0.5, lambda due=due: early.append(monotonic() < due))
        run(0.07)
    run(1.5)
    note([len(early), any(early)])


@program
def batched_call_that_is_cancelled():
    call = txaio.make_batched_timer(0.1).call_later(0.1, note, "called")
    call.cancel()
    run(0.3)
    call.cancel()


@program
def batched_call_that_raises():
    txaio.make_batched_timer(0.1).call_later(0.1, fail)
    run(0.4)


@program
def chunks_of_nothing():
    txaio.make_batched_timer(1, chunk_size=0)
