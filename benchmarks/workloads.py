"""The workloads for timers; each returns its figures."""

from __future__ import annotations

import gc
import random
import time
import tracemalloc
from statistics import median, quantiles
from typing import Any

from benchmarks.timers import OursByReset, nothing


TIMEOUT = 30.0
MESSAGES_PER_TURN = 100


async def rearm(
    peer: Any,
    connections: int,
    messages: int,
    per_turn: int = MESSAGES_PER_TURN,
    warm_up: int = 0,
) -> dict[str, float]:
    """Re-arm the timeout of a random connection with every message; ns each.

    The first *warm_up* messages are not timed: a heap that was just filled in order,
    in memory that was just allocated in order, costs half of what it does later.
    """
    order = random.Random(1)
    handles = [peer.call_later(TIMEOUT, nothing) for _ in range(connections)]
    await peer.turn()
    by_reset = isinstance(peer, OursByReset)
    spent = 0
    for start in range(-warm_up, messages, per_turn):
        chunk = [order.randrange(connections) for _ in range(per_turn)]
        if start <= 0:
            spent = 0
        before = time.thread_time_ns()
        if by_reset:
            for index in chunk:
                handles[index].reset(TIMEOUT)
        else:
            for index in chunk:
                handles[index].cancel()
                handles[index] = peer.call_later(TIMEOUT, nothing)
        await peer.turn()
        spent += time.thread_time_ns() - before
    await _cancel_all(peer, handles)
    return {"ns": spent / messages}


async def arm_and_cancel(
    peer: Any, timers: int, *, spread: bool, cancels: int | None = None
) -> dict[str, float]:
    """Arm many timers, cancel all or *cancels* of them in random order; ns each."""
    order = random.Random(1)
    delays = [order.uniform(20, 80) if spread else TIMEOUT for _ in range(timers)]
    before = time.thread_time_ns()
    handles = [peer.call_later(delay, nothing) for delay in delays]
    armed = time.thread_time_ns()
    await peer.turn()
    order.shuffle(handles)
    chosen = handles[:cancels]
    start = time.thread_time_ns()
    for handle in chosen:
        handle.cancel()
    await peer.turn()
    end = time.thread_time_ns()
    return {"ns": (end - start) / len(chosen), "arm": (armed - before) / timers}


async def fire(peer: Any, timers: int) -> dict[str, float]:
    """Arm many calls with one delay; CPU ns for each call, until the last is made."""
    fired = 0
    end = 0

    def call(_argument: object) -> None:
        nonlocal fired, end
        fired += 1
        if fired == timers:
            end = time.thread_time_ns()

    delay = max(0.5, timers * 5e-6)
    for index in range(timers):
        peer.call_later(delay, call, index)
    await peer.turn()
    before = time.thread_time_ns()
    while not end:
        # A long pause, as each of them costs a wake-up that is not measured.
        await peer.sleep(0.5)
    return {"ns": (end - before) / timers}


async def stall(peer: Any, timers: int) -> dict[str, float]:
    """Arm many calls with one delay; the longest CPU time of one turn, in ns."""
    fired = longest = 0
    running = True

    def call(_argument: object) -> None:
        nonlocal fired
        fired += 1

    def watch(last: int) -> None:
        nonlocal longest
        now = time.thread_time_ns()
        longest = max(longest, now - last)
        if running:
            peer.soon(lambda: watch(now))

    for index in range(timers):
        peer.call_later(1.0, call, index)
    await peer.turn()
    watch(time.thread_time_ns())
    while fired < timers:
        await peer.sleep(0.02)
    running = False
    await peer.turn()
    return {"ns": float(longest)}


async def memory(peer: Any, timers: int, arguments: int) -> dict[str, float]:
    """Keep many timers pending; bytes each, by tracemalloc."""
    values = tuple(range(arguments))
    handles: list[Any] = [None] * timers
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for index in range(timers):
        handles[index] = peer.call_later(TIMEOUT, nothing, *values)
    held = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    await _cancel_all(peer, handles)
    return {"ns": held / timers}


async def lateness(peer: Any, bucket: float, timers: int) -> dict[str, float]:
    """Make calls at random times; the delay of each after it was due, in s."""
    peer.set_bucket(bucket)
    order = random.Random(1)
    late: list[float] = []

    def call(due: float) -> None:
        late.append(time.monotonic() - due)

    for _ in range(timers):
        delay = order.uniform(0, 3 * bucket)
        peer.call_later(delay, call, time.monotonic() + delay)
    while len(late) < timers:
        await peer.sleep(0.02)
    return {
        "min": min(late),
        "p50": median(late),
        "p99": quantiles(late, n=100)[-1],
        "max": max(late),
        "ns": max(late),
    }


async def soak(peer: Any, timers: int) -> dict[str, float]:
    """Arm many timers, cancel half of them, wait for the others; CPU ns each."""
    order = random.Random(1)
    fired = 0

    def call() -> None:
        nonlocal fired
        fired += 1

    before = time.thread_time_ns()
    handles = [peer.call_later(order.uniform(3, 5), call) for _ in range(timers)]
    for handle in order.sample(handles, timers // 2):
        handle.cancel()
    del handles
    while fired < timers - timers // 2:
        await peer.sleep(0.05)
    return {"ns": (time.thread_time_ns() - before) / timers}


async def _cancel_all(peer: Any, handles: list[Any]) -> None:
    for handle in handles:
        handle.cancel()
    clear = getattr(peer, "clear", None)
    if clear is not None:
        clear()
    await peer.turn()
    await peer.turn()
