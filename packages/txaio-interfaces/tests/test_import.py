"""What importing the interfaces costs."""

from __future__ import annotations

import subprocess
import sys


HEAVY = {"asyncio", "dataclasses", "enum", "inspect", "logging", "re", "typing"}


def test_import_loads_nothing_heavy():
    """A library that only depends on the interfaces starts as fast as without."""
    # Python is started without site, which may load any of these by itself.
    code = f"import sys; sys.path[:] = {sys.path!r}; import txaio_interfaces; "
    command = [sys.executable, "-I", "-S", "-c", code + "print(*sys.modules)"]
    run = subprocess.run(command, check=True, capture_output=True, text=True)
    loaded = set(run.stdout.split())
    assert "txaio_interfaces" in loaded
    assert loaded & HEAVY == set()
