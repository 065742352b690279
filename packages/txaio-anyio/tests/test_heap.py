"""Cancelled calls, which the heap of the scheduler keeps for a while."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING, Any

import pytest


if TYPE_CHECKING:
    from txaio_anyio import AnyioBackend


@pytest.fixture
def rebuilt(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The sizes of the heap as it was built anew."""
    sizes: list[int] = []

    def heapify(heap: list[Any]) -> None:
        sizes.append(len(heap))
        heapq.heapify(heap)

    monkeypatch.setattr("txaio_anyio._scheduler.heapify", heapify)
    return sizes


@pytest.mark.parametrize(("count", "times"), [(60, 0), (4000, 8)])
def test_half_of_the_heap_is_cancelled(
    run: Any, rebuilt: list[int], count: int, times: int
) -> None:
    """They are removed together: the heap is built anew a few times, if it is large."""

    async def main(txa: AnyioBackend) -> None:
        first, *calls = [txa.call_later(n, print) for n in range(10, 10 + count)]
        *cancelled, last = calls
        for call in cancelled:
            call.cancel()
        assert len(rebuilt) <= times
        assert len(txa.native.scheduler._heap) <= 70
        first.cancel()
        last.cancel()

    run(main)


def test_calls_that_are_due_are_cancelled(run: Any, rebuilt: list[int]) -> None:
    """They have left the heap, and do not count."""

    async def main(txa: AnyioBackend) -> None:
        def cancel_all() -> None:
            for call in calls:
                call.cancel()

        calls = [txa.call_later(1, cancel_all) for _ in range(300)]
        await txa.sleep(2)

    run(main)
    assert rebuilt == []


def test_calls_that_leave_the_heap_after_they_were_cancelled(
    run: Any, rebuilt: list[int]
) -> None:
    """They count no more, whether they were the next ones or not."""

    async def main(txa: AnyioBackend) -> None:
        for _ in range(10):
            first, *calls = [txa.call_later(1 + n, int) for n in range(40)]
            for call in calls:
                call.cancel()
            await txa.sleep(100)
            first.cancel()
        for _ in range(100):
            txa.call_later(1, int).cancel()
        for _ in range(10):
            first, *calls = [txa.call_later(1 + n, int) for n in range(40)]
            for call in calls:
                call.cancel()
            first.cancel()
        assert rebuilt == []
        first, *calls = [txa.call_later(1 + n, int) for n in range(400)]
        for call in calls:
            call.cancel()
        assert len(txa.native.scheduler._heap) <= 70
        first.cancel()

    run(main)
