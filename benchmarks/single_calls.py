"""Single calls, timed by pyperf: ``python -m benchmarks.single_calls -o FILE``."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pyperf

from benchmarks.timers import Node, nothing
from txaio_asyncio import AsyncioBackend


def main() -> None:
    """Time each call on a loop that does not run, so that no timer fires meanwhile."""
    runner = pyperf.Runner(program_args=("-m", "benchmarks.single_calls"))
    loop = asyncio.new_event_loop()
    backend = AsyncioBackend(loop)
    batched = backend.make_batched_timer(1)
    held = batched.call_later(3600, nothing)
    nodes: list[Node] = []

    def object_list_clock() -> None:
        node = Node()
        node.func = nothing
        nodes.append(node)
        time.monotonic()

    def arm_and_cancel() -> None:
        batched.call_later(30, nothing).cancel()

    def arm_and_cancel_natively() -> None:
        loop.call_later(30, nothing).cancel()

    def reset() -> None:
        held.reset(30)

    def create_and_resolve() -> None:
        backend.resolve(backend.create_future(), None)

    def create_and_resolve_natively() -> None:
        loop.create_future().set_result(None)

    calls: dict[str, Any] = {
        "floor: nothing": nothing,
        "floor: object, list, clock": object_list_clock,
        "batched call_later and cancel": arm_and_cancel,
        "loop.call_later and cancel": arm_and_cancel_natively,
        "reset": reset,
        "create_future and resolve": create_and_resolve,
        "loop.create_future and set_result": create_and_resolve_natively,
    }
    for name, call in calls.items():
        runner.bench_func(name, call)
    loop.close()


if __name__ == "__main__":
    main()
