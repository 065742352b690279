"""`run`, and the arguments that it rejects before it starts."""

from __future__ import annotations

import pytest

import txaio_asyncio


async def main(_txa):
    """Be a main that is never called."""
    pytest.fail("called")


@pytest.mark.parametrize("grace", [None, "x"])
def test_grace_that_is_no_number(grace):
    """L1: `TypeError` names the argument, before there is a loop."""
    with pytest.raises(TypeError, match=r"^grace must be a number of seconds"):
        txaio_asyncio.run(main, grace=grace, loop_factory=pytest.fail)


@pytest.mark.parametrize("grace", [-1, float("nan")])
def test_grace_out_of_range(grace):
    """L1: `ValueError` names the argument if it is negative or NaN."""
    with pytest.raises(ValueError, match=r"^grace must be a number of seconds"):
        txaio_asyncio.run(main, grace=grace, loop_factory=pytest.fail)
