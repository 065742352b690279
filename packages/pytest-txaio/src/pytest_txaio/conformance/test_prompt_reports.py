"""Failures are reported when they are dropped, whatever a traceback refers to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_txaio import collect_dropped, pause
from pytest_txaio.conformance._helpers import Boom


if TYPE_CHECKING:
    from collections.abc import Callable

    from txaio_interfaces import IBackend

    Reported = Callable[[], list[BaseException]]


@pytest.mark.parametrize("is_held", [True, False])
async def test_failure_of_a_future_whose_awaiter_is_cancelled(
    txa: IBackend, unit: float, reported: Reported, is_held: bool
) -> None:
    """R3: It was awaited, though the awaiter was cancelled in the same turn."""
    futures = [txa.create_future()]

    async def wait() -> None:
        awaited = futures[0]
        await awaited

    waiting = txa.as_future(wait)
    await pause(txa, unit)
    txa.reject(futures[0], Boom())
    txa.cancel(waiting)
    if not is_held:
        futures.clear()
    with pytest.raises(txa.CancelledError):
        await waiting
    futures.clear()
    del waiting
    collect_dropped()
    assert reported() == []
