"""Ctrl-C, which must not be raised in the middle of the backend's own code."""

from __future__ import annotations

import signal
import sys
from typing import Any

import pytest

import txaio_anyio
from txaio_anyio import AnyioBackend


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_interrupted_where_main_does_not_wait(backend: str) -> None:
    """What runs goes on to its next await; then the program ends, after clean-up."""
    events: list[str] = []

    def interrupt(_value: object) -> None:
        signal.raise_signal(signal.SIGINT)
        events.append("the callback went on")

    async def work(txa: AnyioBackend) -> None:
        try:
            await txa.create_future()
        finally:
            await txa.uncancelled(txa.sleep, 0.01)
            events.append("cleaned up")

    async def main(txa: AnyioBackend) -> None:
        txa.as_future(work, txa)
        txa.add_callbacks(txa.sleep(0.01), interrupt, None)
        await txa.create_future()

    with pytest.raises(KeyboardInterrupt):
        txaio_anyio.run(main, backend=backend)
    assert events == ["the callback went on", "cleaned up"]


def test_interrupted_anywhere() -> None:
    """The options of Trio can have it raised at once, as Trio does by itself."""
    options: dict[str, Any] = {"restrict_keyboard_interrupt_to_checkpoints": False}

    async def main(_txa: AnyioBackend) -> None:
        signal.raise_signal(signal.SIGINT)
        pytest.fail("it was not raised")

    with pytest.raises(KeyboardInterrupt):
        txaio_anyio.run(main, backend="trio", backend_options=options)


def test_run_on_trio_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """AnyIO says what to install."""

    async def main(_txa: AnyioBackend) -> None:
        pytest.fail("called")

    monkeypatch.delitem(sys.modules, "txaio_anyio._trio", raising=False)
    monkeypatch.setitem(sys.modules, "trio", None)
    with pytest.raises((LookupError, ModuleNotFoundError)):
        txaio_anyio.run(main, backend="trio")
