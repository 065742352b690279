"""Delayed calls, apart from any loop."""

from __future__ import annotations

from contextvars import copy_context
from typing import Any, cast

from txaio_common import DelayedCall


def test_call_that_its_loop_makes_all_the_same():
    """T2: Some native timers fire though they were cancelled in the same turn."""
    made: list[int] = []
    timers = cast("Any", None)
    call = DelayedCall(timers, copy_context(), made.append, (1,))
    call.cancel()
    call._make()
    assert made == []
