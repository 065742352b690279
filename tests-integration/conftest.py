"""Tests that only some of the backends have."""

from __future__ import annotations

from importlib.util import find_spec


# They would be skipped where no backend is on asyncio.
HAS_ASYNCIO = find_spec("txaio_asyncio") or find_spec("txaio_anyio")
collect_ignore = [] if HAS_ASYNCIO else ["test_coarse_clock.py"]
