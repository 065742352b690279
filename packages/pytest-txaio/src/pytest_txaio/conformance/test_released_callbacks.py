"""A settled future refers to what it has settled with alone."""

from __future__ import annotations

import weakref
from functools import partial
from typing import TYPE_CHECKING

import pytest

from pytest_txaio import collect_dropped, pause
from pytest_txaio.conformance._helpers import Argument, show


if TYPE_CHECKING:
    from txaio_interfaces import IBackend


@pytest.mark.parametrize("is_cancelled", [False, True], ids=["resolved", "cancelled"])
async def test_settled_future_releases_its_callbacks(
    txa: IBackend, unit: float, is_cancelled: bool
) -> None:
    """C1: Nor does it keep its canceller: neither is called any more."""
    arguments = [Argument(), Argument()]
    gone = [weakref.ref(argument) for argument in arguments]
    future = txa.create_future(canceller=partial(show, arguments[0]))
    callback = partial(show, arguments[1])
    txa.add_callbacks(future, callback, callback)
    if is_cancelled:
        txa.cancel(future)
    else:
        txa.resolve(future, 1)
    await pause(txa, unit)
    del arguments, callback
    collect_dropped()
    assert [reference() for reference in gone] == [None, None]
    assert txa.is_called(future)
