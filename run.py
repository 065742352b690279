"""Run the demo or the tests on a machine that has only Python 3.11 or newer.

    python3 run.py demo     the same library on seven event loops
    python3 run.py tests    everything that has to pass
    python3 run.py ...      anything else is handed to nox: --list is the menu

nox is put into .venv-nox beside this file, and into no other place.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path
from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv-nox"
PYTHON = str(VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))
NEEDED = "nox[uv]>=2026.8"
# Of sessions that run side by side one would see nothing until they end.
SHORTCUTS = {"demo": ["--parallel=1", "--session=demo"], "tests": []}
NO_INSTALLER = """
nox could not be installed: it takes pip, uv, or venv with ensurepip, and a package
index that can be reached.
On Debian or Ubuntu, `apt install python3-pip` brings the first;
elsewhere try `python3 -m ensurepip`."""


def installers() -> Iterator[list[str]]:
    """Yield the commands that may put packages into the environment, best first."""
    if importlib.util.find_spec("pip"):
        # A system's pip that may not touch the system may fill other environments.
        yield [sys.executable, "-m", "pip", "--python", PYTHON, "install"]
    if shutil.which("uv"):
        yield ["uv", "pip", "install", "--system-certs", "--python", PYTHON]
    if not subprocess.call([PYTHON, "-m", "ensurepip"], stdout=subprocess.DEVNULL):
        yield [PYTHON, "-m", "pip", "install"]


def prepare() -> None:
    """Put nox into its environment, unless it is there for this very Python."""
    mark = VENV / "made-for"
    wanted = f"{NEEDED} {sys.executable} {sys.version}"
    if mark.is_file() and mark.read_text() == wanted:
        return
    print(f"Putting nox into {VENV.name}", flush=True)
    venv.create(VENV, clear=True, with_pip=False)
    if all(subprocess.call([*command, "-q", NEEDED]) for command in installers()):
        sys.exit(NO_INSTALLER)
    mark.write_text(wanted)


def main(arguments: list[str]) -> None:
    """Prepare nox and hand the *arguments* to it."""
    if sys.version_info < (3, 11):
        sys.exit(
            f"txaio needs Python 3.11 or newer, and this is {sys.version.split()[0]}"
        )
    if not arguments:
        sys.exit(__doc__)
    prepare()
    arguments[:1] = SHORTCUTS.get(arguments[0], arguments[:1])
    noxfile = str(ROOT / "noxfile.py")
    try:
        sys.exit(subprocess.call([PYTHON, "-m", "nox", "-f", noxfile, *arguments]))
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main(sys.argv[1:])
