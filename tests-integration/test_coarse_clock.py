"""A loop whose clock ticks 64 times a second, as on Windows before Python 3.13."""

from __future__ import annotations

import asyncio
import time
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import pytest


TICK = 1 / 64

TIMERS = {
    "call_later": lambda txa, delay, call: txa.call_later(delay, call, None),
    "sleep": lambda txa, delay, call: txa.add_callbacks(txa.sleep(delay), call, None),
    "timeout": lambda txa, delay, call: txa.add_callbacks(
        txa.timeout(txa.create_future(), delay), None, call
    ),
    "call_at": lambda txa, delay, call: txa.call_at(
        txa.time() + TICK + delay, call, None
    ),
}


class CoarseLoop(asyncio.SelectorEventLoop):
    """The loop."""

    def __init__(self) -> None:
        super().__init__()
        self._clock_resolution = TICK

    def time(self) -> float:
        """Return the time as of the last tick."""
        return time.monotonic() // TICK * TICK


OPTIONS: dict[str, dict[str, Any]] = {
    "txaio_asyncio": {"loop_factory": CoarseLoop},
    "txaio_anyio": {"backend_options": {"loop_factory": CoarseLoop}},
}
"""For each package with a backend on asyncio, how it runs on the loop."""


@pytest.mark.parametrize("package", [name for name in OPTIONS if find_spec(name)])
@pytest.mark.parametrize("arm", TIMERS.values(), ids=TIMERS)
def test_call_is_not_early(package: str, arm: Any):
    """T1: By a fine clock, either."""
    early = []

    async def main(txa: Any) -> None:
        for delay in (0.005, 0.012, 0.02, 0.03) * 3:
            fired: list[None] = []
            begun = time.perf_counter()
            arm(txa, delay, lambda _result, fired=fired: fired.append(None))
            # A loop that sleeps to the end is seldom early.
            while not fired:  # noqa: ASYNC110 - see above
                await asyncio.sleep(0.001)
            early.append(delay - (time.perf_counter() - begun))

    import_module(package).run(main, **OPTIONS[package])
    assert len(early) == 12
    assert max(early) <= 0.002
