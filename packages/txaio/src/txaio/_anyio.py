"""AnyIO, before a backend runs there."""

from __future__ import annotations

from txaio_anyio import AnyioBackend
from txaio_common import EndedDriver


NOT_YET = (
    "no AnyIO backend was given: call txaio.use_anyio(backend) inside"
    " `async with AnyioBackend() as backend`, or in the main(backend) that"
    " txaio_anyio.run calls"
)

backend: AnyioBackend = AnyioBackend(debug=False)
"""A backend that never runs: it does what needs no loop."""

backend.use(EndedDriver(backend.driver, NOT_YET))
