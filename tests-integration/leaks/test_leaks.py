"""No operation leaves objects, neither for ever nor until the collector runs.

CPython frees an object with its last reference, unless it is in a reference cycle.  A
program that does the same thing for months must not grow, and should not need the
collector for it, which stops the program while it runs.
The session `leaks` does each operation 1,000 times; here it is done 100 times.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from typing import Any

import pytest

import leaks._backend
import leaks._primitives
import leaks._timers  # noqa: F401 - they fill the table
from leaks._count import left_by
from leaks._known import reason_for
from leaks._table import OPERATIONS


ROUNDS = int(os.environ.get("TXAIO_LEAK_ROUNDS", "100"))
pytestmark = pytest.mark.txaio(clock="virtual", timeout=20 + ROUNDS / 50)

LONGEST = 100
"""Seconds after which no timer of an operation is left."""


@contextmanager
def unrecorded(recording: type[logging.Handler]) -> Generator[None]:
    """Have no records kept meanwhile by the handlers of pytest."""
    root = logging.root
    kept, root.handlers = root.handlers, [logging.NullHandler()]
    root.handlers += [each for each in kept if not isinstance(each, recording)]
    try:
        yield
    finally:
        root.handlers = kept


@pytest.fixture
def rest(txaio_errors: Any, txaio_settle: Any) -> Callable[[Any], Awaitable[None]]:
    """Lets everything end that an operation has begun."""

    async def rest(txa: Any) -> None:
        await txa.sleep(LONGEST)
        await txaio_settle()
        txaio_errors.take()

    return rest


@pytest.mark.parametrize("name", OPERATIONS)
async def test_leaves_no_objects(
    txaio: Any, rest: Any, txaio_host: Any, caplog: Any, name: str
):
    """There are as many objects after many rounds as before them."""
    fn, prepare = OPERATIONS[name]
    prepared = [] if prepare is None else [prepare(txaio)]

    async def rounds(count: int) -> None:
        for _ in range(count):
            await fn(txaio, *prepared)
            await txaio.sleep(0)
        await rest(txaio)

    with unrecorded(type(caplog.handler).__base__):
        left = await left_by(rounds, ROUNDS)
    if reason_for(name, txaio_host.name):
        assert left.in_cycles, "they are gone: remove them from `_known`"
        left = left._replace(in_cycles={})
    assert str(left) == ""
