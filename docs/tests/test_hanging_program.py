"""The page on programs that hang: its program, on every backend."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest
from blocks import DOCS, blocks
from followed import follow, write


PAGE = DOCS / "how-to" / "hanging-program.md"
CHANGED = "from txaio_asyncio import run"
ON_SIGNAL = """
    txa.call_later(0.1, os.kill, os.getpid(), signal.SIGUSR1)
    await txa.sleep(0.3)
"""


@pytest.fixture
def program(tmp_path):
    """The file that the page shows."""
    for block in blocks(PAGE):
        if block.language == "python" and block.options:
            write(block, tmp_path)
    [file] = tmp_path.iterdir()
    return file


@pytest.mark.parametrize("backend", ["asyncio", "twisted", "anyio", "trio"])
def test_output_is_what_the_page_shows(program, backend):
    """On every backend the program prints the same."""
    text = program.read_text()
    assert text.count(CHANGED) == 1
    if backend == "trio":
        text = text.replace("run(main)", 'run(main, backend="trio")')
    package = {"trio": "txaio_anyio"}.get(backend, f"txaio_{backend}")
    program.write_text(text.replace("txaio_asyncio", package))
    [session] = [b.text for b in blocks(PAGE) if b.text.startswith("$ python")]
    follow(session, program.parent)


@pytest.mark.skipif(not hasattr(signal, "SIGUSR1"), reason="Windows has no such signal")
@pytest.mark.parametrize("backend", ["asyncio", "twisted", "anyio", "trio"])
def test_signal_handler(tmp_path, backend):
    """It prints where main waits, on every backend."""
    handler = next(block.text for block in blocks(PAGE) if "signal" in block.text)
    lines = [f"    {line}" for line in handler.splitlines()]
    option = ', backend="trio"' if backend == "trio" else ""
    package = {"trio": "txaio_anyio"}.get(backend, f"txaio_{backend}")
    program = "\n".join(
        [
            f"import os\nfrom {package} import run\nasync def main(txa):",
            *lines,
            f"{ON_SIGNAL}\nrun(main{option})",
        ]
    )
    file = tmp_path / "program.py"
    file.write_text(program)
    command = [sys.executable, str(file)]
    run = subprocess.run(
        command, env=os.environ, capture_output=True, text=True, check=False
    )
    assert (run.stderr, run.returncode) == ("", 0)
    assert f"main() waits at {file}:" in run.stdout
