"""The operations of timers, threads and loggers, each of which cleans up.

Their names say what they do, so they have no docstrings.
"""

from __future__ import annotations

import io
from contextlib import suppress
from typing import Any

from leaks._table import operation, operation_with


def fail() -> None:
    """Raise an exception."""
    raise ArithmeticError


def batched_timer(txa: Any) -> Any:
    """Return a timer with buckets of a second, with two calls in a chunk."""
    return txa.make_batched_timer(1, 2)


@operation
async def calls(txa: Any) -> None:
    txa.call_later(0, id, 1)
    txa.call_at(txa.time() + 1, id, 1).reset(2)
    await txa.sleep(3)


@operation
async def failing_call(txa: Any) -> None:
    txa.call_later(0, fail)
    await txa.sleep(1)


@operation
async def cancelled_calls(txa: Any) -> None:
    for delay in (0, 1, 5, float("inf")):
        txa.call_later(delay, id, 1).cancel()


@operation_with(batched_timer)
async def batched_calls(txa: Any, timer: Any) -> None:
    for delay in (0, 1, 1, 1, 5):
        timer.call_later(delay, id, 1)
    await txa.sleep(12)


@operation_with(batched_timer)
async def failing_batched_call(txa: Any, timer: Any) -> None:
    timer.call_later(1, fail)
    await txa.sleep(3)


@operation_with(batched_timer)
async def reset_and_cancelled_batched_calls(_txa: Any, timer: Any) -> None:
    pending = [timer.call_later(delay, id, 1) for delay in (1, 5, 9, float("inf"))]
    for call in pending:
        call.reset(3)
        call.cancel()


@operation
async def dropped_batched_timer(txa: Any) -> None:
    txa.make_batched_timer(1)


@operation
async def threads(txa: Any) -> None:
    await txa.run_in_thread(txa.call_from_thread, id, 1)


@operation
async def failing_thread(txa: Any) -> None:
    with suppress(ArithmeticError):
        await txa.run_in_thread(fail)


@operation
async def failing_call_from_thread(txa: Any) -> None:
    txa.call_from_thread(fail)


@operation
async def loggers(txa: Any) -> None:
    log = txa.make_logger("leaks")
    log.info("{number} more", number=1)
    log.bind(peer=7).warn("gone")
    log.debug("too detailed: {it}", it=log)
    with txa.log_context(request=1):
        log.error("bad {field!z}", field=2)
    try:
        fail()
    except ArithmeticError:
        log.failure("failed")
        log.exception("failed")


@operation
async def started_logging(txa: Any) -> None:
    out = io.StringIO()
    for kind in ("text", "color", "json"):
        txa.start_logging(out, "debug", kind)
        await loggers(txa)
    txa.set_log_level("leaks", "warn")
    txa.set_log_level("leaks", None)
    txa.stop_logging()
