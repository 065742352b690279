"""A check, about a second long, that a backend works on this machine.

`python -m txaio._selfcheck twisted` checks one backend, and prints the whole traceback
if it fails.
"""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from functools import partial
from io import StringIO
from traceback import print_exc
from typing import Any

from txaio_interfaces import IBackend, IFailedFuture


TIMER_TOLERANCE = 0.002
"""How many seconds early a timer may be, by the contract."""


async def check(txa: IBackend) -> None:
    """Use *txa* as a library does; raise `RuntimeError` if it does not work."""
    for step in STEPS:
        try:
            await step(txa)
        except Exception as error:
            msg = f"{step.__name__.replace('_', ' ')}: {error}"
            raise RuntimeError(msg) from error


def expect(found: object, wanted: object) -> None:
    """Raise `RuntimeError` unless *found* equals *wanted*."""
    if found != wanted:
        raise RuntimeError(f"expected {wanted!r}, got {found!r}")


async def a_coroutine(txa: IBackend) -> None:
    """Run a coroutine function and await its result."""

    async def answer(value: str) -> str:
        await txa.sleep(0)
        return value

    expect(await txa.as_future(answer, "value"), "value")


async def a_callback(txa: IBackend) -> None:
    """Add callbacks to a future, and settle it."""
    future, called = txa.create_future(), txa.create_future()
    txa.add_callbacks(future, partial(txa.resolve, called), partial(txa.reject, called))
    txa.resolve(future, "value")
    expect(await called, "value")


async def a_timer(txa: IBackend) -> None:
    """Check that a delayed call is not early."""
    await _not_early(txa, txa.call_later)


async def a_batched_timer(txa: IBackend) -> None:
    """Check that a batched call is not early."""
    await _not_early(txa, txa.make_batched_timer(0.1).call_later)


async def _not_early(txa: IBackend, call_later: Callable[..., object]) -> None:
    delay, begun, fired = 0.25, txa.time(), txa.create_future()
    call_later(delay, lambda: txa.resolve(fired, txa.time()))
    early = begun + delay - await fired
    if early > TIMER_TOLERANCE:
        raise RuntimeError(f"{early:.3f} s early")


async def a_gather_with_a_failure(txa: IBackend) -> None:
    """Gather a value and a failure, then let the failure be raised."""
    error = ValueError("meant to fail")
    value, failed = await txa.gather(
        [txa.create_future_success("value"), txa.create_future_error(error)]
    )
    expect(value, "value")
    expect(isinstance(failed, IFailedFuture) and failed.value, error)
    try:
        await txa.gather([txa.create_future_error(error)], consume_exceptions=False)
    except ValueError as raised:
        expect(raised, error)
    else:
        raise RuntimeError("the failure was not raised")


async def a_log_line(txa: IBackend) -> None:
    """Write a line to a stream."""
    out = StringIO()
    txa.start_logging(out)
    try:
        txa.make_logger("txaio.selfcheck").info("a line with {fields}", fields=1)
    finally:
        txa.stop_logging()
    expect(out.getvalue().partition(" info ")[2], "txaio.selfcheck: a line with 1\n")


STEPS: tuple[Callable[[IBackend], Awaitable[None]], ...] = (
    a_coroutine,
    a_callback,
    a_timer,
    a_batched_timer,
    a_gather_with_a_failure,
    a_log_line,
)


def _run_asyncio() -> None:
    from txaio_asyncio import run  # noqa: PLC0415 - others may not be installed

    run(check)


def _run_uvloop() -> None:
    import uvloop  # noqa: PLC0415

    from txaio_asyncio import run  # noqa: PLC0415

    run(check, loop_factory=uvloop.new_event_loop)


def _run_twisted() -> None:
    from txaio_twisted import run  # noqa: PLC0415

    run(check)


def _run_anyio(backend: str) -> None:
    from txaio_anyio import run  # noqa: PLC0415

    run(check, backend=backend)


def _run_anyio_on_uvloop() -> None:
    from txaio_anyio import run  # noqa: PLC0415

    run(check, backend_options={"use_uvloop": True})


RUNS: dict[str, Callable[[], Any]] = {
    "asyncio": _run_asyncio,
    "uvloop": _run_uvloop,
    "twisted": _run_twisted,
    "anyio-asyncio": partial(_run_anyio, "asyncio"),
    "anyio-uvloop": _run_anyio_on_uvloop,
    "anyio-trio": partial(_run_anyio, "trio"),
}
"""How to run the check on each loop that the extras of txaio install."""


def main(loop: str) -> None:
    """Check *loop*; the last line of standard error says why it failed."""
    try:
        RUNS[loop]()
    except Exception as error:  # noqa: BLE001 - reported, whatever it is
        print_exc()
        text = " ".join(f"{type(error).__name__}: {error}".split())
        sys.exit(text.removeprefix("RuntimeError: "))


if __name__ == "__main__":
    main(sys.argv[1])
