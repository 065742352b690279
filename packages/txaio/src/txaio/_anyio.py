"""AnyIO, before a backend runs there."""

from __future__ import annotations

from typing import Any, cast

from txaio_anyio import AnyioBackend
from txaio_common import Unavailable


NOT_YET = (
    "no AnyIO backend was given: call txaio.use_anyio(backend) inside"
    " `async with AnyioBackend() as backend`, or in the main(backend) that"
    " txaio_anyio.run calls"
)


def make_backend() -> AnyioBackend:
    """Return a backend that never runs: it does what needs no loop."""
    made = AnyioBackend(debug=False)
    made._pump = made._now = made._make_future = cast("Any", Unavailable(NOT_YET))
    return made


backend = make_backend()
