"""A plugin for pytest: all tasks of asyncio's loops are eager, as from Python 3.12 on.

An eager task takes its first step where it is made.
Tests that this contradicts are left out: an exit in the first step is raised by
`as_future`, and each coroutine of a chain that starts the next one needs a frame.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any


if TYPE_CHECKING:
    import pytest

CONTRADICTED = (
    "test_cancelling_a_long_chain[asyncio]",
    "test_clean_up_after_an_exit[asyncio-coroutine",
    "test_exit_of_a_coroutine[asyncio-",
    "test_long_chain_at_the_end[asyncio]",
)


def pytest_configure() -> None:
    """Give each new loop the factory of eager tasks."""
    loops: Any = asyncio.BaseEventLoop
    make = loops.__init__

    def make_eager(loop: Any) -> None:
        make(loop)
        loop.set_task_factory(asyncio.eager_task_factory)

    loops.__init__ = make_eager


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Leave out what eager tasks contradict."""
    left_out = [item for item in items if item.name.startswith(CONTRADICTED)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]
