"""The end of a block that an error has ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest


if TYPE_CHECKING:
    from txaio_anyio import AnyioBackend


async def exit_program() -> None:
    """End the program."""
    raise SystemExit(3)


def test_grace_period_after_an_exit(run: Any) -> None:
    """L1: Clean-up that takes longer is interrupted, as at any other end."""
    events: list[int] = []

    async def work(txa: AnyioBackend) -> None:
        begun = txa.time()
        try:
            await txa.create_future()
        finally:
            with pytest.raises(txa.CancelledError):
                await txa.sleep(1000)
            events.append(round(txa.time() - begun))

    async def main(txa: AnyioBackend) -> None:
        txa.as_future(work, txa)
        await txa.sleep(0)
        txa.as_future(exit_program)
        await txa.create_future()

    with pytest.raises(SystemExit):
        run(main, grace=10)
    assert events == [10]
