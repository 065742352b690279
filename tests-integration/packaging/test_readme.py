"""The example in the README."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest


README = (Path(__file__).parents[2] / "README.md").read_text()
FILES = dict(re.findall(r"```python\n# (\w+\.py): (.+?)```", README, re.DOTALL))


@pytest.mark.parametrize("backend", ["txaio_asyncio", "txaio_twisted", "txaio_anyio"])
def test_example_runs_on_every_backend_with_one_line_changed(backend, tmp_path):
    """It runs on each backend, without warnings."""
    for name, text in FILES.items():
        changed = text.replace("txaio_asyncio", backend)
        (tmp_path / name).write_text("# " + changed.replace("(txa, 3)", "(txa, 1)"))
    command = [sys.executable, "-W", "error", str(tmp_path / "app.py")]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.stderr == ""
    assert run.returncode == 0
    assert "1 s to go" in run.stdout


def test_example_has_a_library_and_an_application():
    """The test above finds both files, and the line that changes."""
    assert list(FILES) == ["countdown.py", "app.py"]
    assert FILES["app.py"].count("txaio_asyncio") == 1
    assert "txaio_asyncio" not in FILES["countdown.py"]
