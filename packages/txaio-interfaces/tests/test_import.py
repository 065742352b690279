"""What importing the interfaces loads."""

from __future__ import annotations

import subprocess
import sys


HEAVY = {"asyncio", "dataclasses", "enum", "inspect", "logging", "re"}


def test_import_loads_nothing_heavy():
    """Of the larger modules, only those that `typing` itself imports are loaded."""
    code = (
        f"import sys, typing; sys.path[:] = {sys.path!r}; before = set(sys.modules); "
        "import txaio_interfaces; print(*set(sys.modules) - before)"
    )
    # Without site, which may load any of these.
    command = [sys.executable, "-I", "-S", "-c", code]
    run = subprocess.run(command, check=True, capture_output=True, text=True)
    loaded = set(run.stdout.split())
    assert "txaio_interfaces" in loaded
    assert loaded & HEAVY == set()
