"""The page on stopping a program: its program, on every backend."""

from __future__ import annotations

import subprocess
import sys

import pytest
from blocks import DOCS, blocks


PAGE = DOCS / "how-to" / "stop.md"
LINE = "    signal.signal(signal.SIGTERM, on_signal)\n"
RAISE = "    txa.call_later(0.05, signal.raise_signal, signal.SIGTERM)\n"
AFTERWARDS = "assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL\n"


@pytest.mark.parametrize("backend", ["asyncio", "twisted", "anyio", "trio"])
def test_handler_is_the_former_one_again(tmp_path, backend):
    """The signal ends `main`, and afterwards the process, as before."""
    [block] = [b for b in blocks(PAGE) if b.options.get("caption") == "program.py"]
    text = block.text
    assert (text.count(LINE), text.count("txaio_asyncio")) == (1, 1)
    if backend == "trio":
        text = text.replace("run(main)", 'run(main, backend="trio")')
    package = {"trio": "txaio_anyio"}.get(backend, f"txaio_{backend}")
    text = text.replace("txaio_asyncio", package).replace(LINE, LINE + RAISE)
    file = tmp_path / "program.py"
    file.write_text(text + AFTERWARDS)
    command = [sys.executable, str(file)]
    run = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=60
    )
    assert (run.stderr, run.returncode, run.stdout) == ("", 0, "stopped by SIGTERM\n")
