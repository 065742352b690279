"""Adds the heap backend to a run of other tests: ``pytest -p heap_plugin``."""

from __future__ import annotations

from heap_host import HeapHost


def pytest_txaio_hosts() -> dict[str, type[HeapHost]]:
    """Return the host of the heap backend, by the name of the backend."""
    return {"heap": HeapHost}
