"""The commands of the README and the tutorial that install something, as printed.

They take a network, for what is required of others, and a variable TXAIO_WHEELS, as
`test_programs` does.  The address of the repository leads to this checkout.
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest


ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
COMMANDS = re.findall(
    r"^\$ ((?:python3 -m venv|\. |git|P=|pip).*)$", README, re.MULTILINE
)
PUBLISHED = [line for line in COMMANDS if "pip install txaio" in line]
FROM_CHECKOUT = [line for line in COMMANDS if "P=" in line or "$P/" in line]
TUTORIAL = re.findall(
    r"^% not run\n```console\n(.+?)```",
    (ROOT / "docs" / "tutorial" / "index.md").read_text(),
    re.MULTILINE | re.DOTALL,
)
IMPORTS = "import txaio_interfaces, txaio_asyncio, txaio_twisted, trio, pytest_txaio"
FILES = re.findall(r"```python\n(# (\w+\.py).+?)```", README, re.DOTALL)


def run(commands: list[str], folder: Path, **environment: str) -> str:
    """Run *commands* in one shell in *folder*, and return their output."""
    address = {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{ROOT}.insteadOf",
        "GIT_CONFIG_VALUE_0": (ROOT / "REPOSITORY").read_text().strip(),
    }
    hidden = {"PYTHONPATH", "VIRTUAL_ENV"}
    kept = {name: text for name, text in os.environ.items() if name not in hidden}
    # What is not imported need not be compiled.
    kept["PIP_COMPILE"] = "0"
    done = subprocess.run(
        ["/bin/sh", "-e", "-c", "\n".join(commands)],
        cwd=folder,
        env=kept | address | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the files of the README, and nothing else."""
    for text, name in FILES:
        (tmp_path / name).write_text(text)
    return tmp_path


def test_from_a_checkout(folder):
    """All commands from the top of the page, but for the index; then the tests."""
    commands = [line for line in COMMANDS if line not in PUBLISHED]
    assert len(commands) == 6
    out = run([*commands, "python -m pytest -q test_countdown.py"], folder)
    assert "16 passed in " in out


def test_from_an_index(folder):
    """With our wheels among its files."""
    assert PUBLISHED == ["pip install txaio-asyncio"]
    make, activate, *_others = COMMANDS
    commands = [make, activate, *PUBLISHED, "python app.py"]
    out = run(commands, folder, PIP_FIND_LINKS=os.environ["TXAIO_WHEELS"])
    assert "1 s to go" in out


def test_plugin_from_an_index(folder):
    """The command in the text installs all that the tests need."""
    [command] = re.findall(r"`(pip install \"pytest-txaio.*)`", README)
    make, activate, *_others = COMMANDS
    commands = [make, activate, command, "python -m pytest -q test_countdown.py"]
    out = run(commands, folder, PIP_FIND_LINKS=os.environ["TXAIO_WHEELS"])
    assert "16 passed in " in out


def session(text: str) -> list[str]:
    """Return the commands of a session, each on one line."""
    return re.sub(
        r"^\$ ", "", text.replace("\\\n", " "), flags=re.MULTILINE
    ).splitlines()


def test_tutorial_from_an_index(tmp_path):
    """The first session of the tutorial installs all that it needs."""
    published, _checkout = TUTORIAL
    commands = [*session(published), f"python -c '{IMPORTS}'"]
    run(commands, tmp_path, PIP_FIND_LINKS=os.environ["TXAIO_WHEELS"])


def test_tutorial_from_a_checkout():
    """The second session names the same folders as the README, beside the checkout."""
    _published, checkout = TUTORIAL
    folder, install = session(checkout)
    assert folder == f"P=../{FROM_CHECKOUT[0].removeprefix('P=')}"
    printed = {word for line in FROM_CHECKOUT[1:] for word in line.split()}
    assert set(install.split()) == printed
