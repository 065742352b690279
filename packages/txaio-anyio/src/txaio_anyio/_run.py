"""`run`, which makes a loop and a backend on it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, TypeVarTuple

import anyio

from txaio_anyio._backend import AnyioBackend
from txaio_common import GRACE, check_grace, start_main


Args = TypeVarTuple("Args")
T = TypeVar("T")


def run(  # noqa: PLR0913 - by their names
    main: Callable[[AnyioBackend, *Args], Awaitable[T]],
    *args: *Args,
    backend: str = "asyncio",
    backend_options: dict[str, Any] | None = None,
    on_error: Callable[[str, BaseException], object] | None = None,
    grace: float = GRACE,
    debug: bool | None = None,
) -> T:
    """Run ``main(txa, *args)`` on a new loop and return its value.

    Its exception is raised as it is.
    Coroutines that still run at its end are cancelled and clean up.
    *backend* and *backend_options* are those of `anyio.run`: ``"asyncio"`` (on uvloop
    with ``{"use_uvloop": True}``) or ``"trio"``, where Ctrl-C is raised at an await of
    *main*, unless ``{"restrict_keyboard_interrupt_to_checkpoints": False}`` is given.
    *on_error*, *grace* and *debug* are those of `AnyioBackend`.

    Raises `TypeError` if *main* is not a coroutine function or *grace* is not a number,
    and `ValueError` if *grace* is NaN or below zero, or for another *backend*.
    """
    check_grace(grace)
    _check_name(backend)
    _refuse_to_nest()

    async def run_main() -> T:
        async with AnyioBackend(on_error, grace, debug=debug) as txa:
            txa.native.generators.install()
            return await start_main(main, txa, args)

    # Tasks have the names of their functions.
    for name in ("__module__", "__qualname__"):
        setattr(run_main, name, getattr(main, name, getattr(run_main, name)))
    if backend == "trio":
        # Before 4.14, AnyIO hands no options on to Trio.
        try:
            from txaio_anyio._trio import run_trio  # noqa: PLC0415 - it may be missing
        except ModuleNotFoundError:
            pass  # AnyIO says below what to install.
        else:
            return run_trio(run_main, backend_options or {})
    return anyio.run(run_main, backend=backend, backend_options=backend_options)


def _check_name(backend: str) -> None:
    if backend in anyio.get_all_backends():
        return
    names = " or ".join(map(repr, anyio.get_all_backends()))
    message = f"backend must be {names}, not {backend!r}"
    if backend == "uvloop":
        message += """; use backend="asyncio", backend_options={"use_uvloop": True}"""
    raise ValueError(message)


def _refuse_to_nest() -> None:
    try:
        anyio.get_cancelled_exc_class()
    except RuntimeError:  # No loop runs in this thread.
        return
    raise RuntimeError(
        "a loop runs in this thread already: use `async with AnyioBackend() as backend`"
        " in it"
    )
