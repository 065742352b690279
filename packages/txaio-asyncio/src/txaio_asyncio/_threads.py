"""Work in a thread of the loop's pool.

`loop.run_in_executor` has a future of it, which takes some exceptions for its own.  So
that one carries whatever was raised to a future of the driver.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextvars import copy_context
from functools import partial
from typing import Any

from txaio_common import Driver, carried_error, carry_error, fail
from txaio_interfaces import IFuture


def run_in_thread(
    driver: Driver, loop: asyncio.AbstractEventLoop, fn: Callable[[], Any]
) -> IFuture[Any]:
    """Return a future of what *fn* returns or raises in a thread: see `Driver`.

    If it is cancelled, *fn* itself knows: see `txaio_common.ThreadCall`.
    """
    future = driver.create_future()
    run: Any = copy_context().run
    work = loop.run_in_executor(None, run, carry_error, fn)
    work.add_done_callback(partial(_settle, driver, future))
    return future


def _settle(driver: Driver, future: Any, work: asyncio.Future[Any]) -> None:
    """Settle *future* as *work* was."""
    if work.cancelled():  # By the pool.
        driver.cancel(future)
        return
    error = work.exception()
    if error is None:
        driver.resolve(future, work.result())
    else:
        fail(driver, future, carried_error(error))
