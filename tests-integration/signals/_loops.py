"""`run` of each loop, imported when the loop is known."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any


def _asyncio() -> Any:
    from txaio_asyncio import run

    return run


def _uvloop() -> Any:
    import uvloop

    from txaio_asyncio import run

    return partial(run, loop_factory=uvloop.new_event_loop)


def _twisted() -> Any:
    from txaio_twisted import run

    return run


def _asyncioreactor() -> Any:
    from twisted.internet import asyncioreactor

    from txaio_twisted import run

    def run_there(main: Any) -> Any:
        asyncioreactor.install()  # In the process that runs it, as it opens files.
        return run(main)

    return run_there


def _anyio(**options: Any) -> Any:
    import anyio._backends._asyncio  # noqa: F401 - so that it is loaded by now

    from txaio_anyio import run

    return partial(run, **options)


def _trio() -> Any:
    import anyio._backends._trio  # noqa: F401 - so that it is loaded by now

    from txaio_anyio import run

    return partial(run, backend="trio")


RUNS: dict[str, Callable[[], Any]] = {
    "asyncio": _asyncio,
    "uvloop": _uvloop,
    "twisted": _twisted,
    "twisted-asyncioreactor": _asyncioreactor,
    "anyio-asyncio": _anyio,
    "anyio-uvloop": partial(_anyio, backend_options={"use_uvloop": True}),
    "anyio-trio": _trio,
}
"""Functions that import a loop and return its ``run(main)``."""
