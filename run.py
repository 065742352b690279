"""Run the demo or the tests.

    python3 run.py demo             two libraries, each on seven event loops
    python3 run.py tests            all checks
    python3 run.py --list           the names of the checks
    python3 run.py --session NAME   one of them

Other options are those of nox, which is installed into .venv-nox beside this file.
That takes Python 3.11 or newer, and on Debian and Ubuntu the package python3-venv.
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
# The output of parallel sessions is not shown before they end.
SHORTCUTS = {"demo": ["--parallel=1", "--session=demo"], "tests": []}
NO_INSTALLER = """
nox could not be installed: that needs pip, uv, or venv with ensurepip, and access to
a package index.
On Debian or Ubuntu, `apt install python3-venv` is enough."""


def installers() -> Iterator[list[str]]:
    """Yield commands that may install packages into the environment, best first."""
    if importlib.util.find_spec("pip"):
        # The system's pip can install into other environments.
        yield [sys.executable, "-m", "pip", "--python", PYTHON, "install"]
    if shutil.which("uv"):
        yield ["uv", "pip", "install", "--system-certs", "--python", PYTHON]
    if not subprocess.call([PYTHON, "-m", "ensurepip"], stdout=subprocess.DEVNULL):
        yield [PYTHON, "-m", "pip", "install"]


def prepare() -> None:
    """Install nox into its environment, unless that was made for this Python."""
    mark = VENV / "made-for"
    expected = f"{NEEDED} {sys.executable} {sys.version}"
    if mark.is_file() and mark.read_text() == expected:
        return
    print(f"Installing nox into {VENV.name}", flush=True)
    venv.create(VENV, clear=True, with_pip=False)
    if all(subprocess.call([*command, "-q", NEEDED]) for command in installers()):
        sys.exit(NO_INSTALLER)
    mark.write_text(expected)


def main(arguments: list[str]) -> None:
    """Install nox if needed, and run it with the *arguments*."""
    if sys.version_info < (3, 11):
        sys.exit(
            f"txaio needs Python 3.11 or newer, and this is {sys.version.split()[0]}"
        )
    if arguments and arguments[0] in {"-h", "--help", "help"}:
        print(__doc__, end="")
        sys.exit()
    if not arguments:
        print(__doc__, end="", file=sys.stderr)
        sys.exit(2)
    if arguments[0] not in SHORTCUTS and not arguments[0].startswith("-"):
        message = f"There is no command {arguments[0]!r}.\n\n{__doc__}"
        print(message, end="", file=sys.stderr)
        sys.exit(2)
    prepare()
    arguments[:1] = SHORTCUTS.get(arguments[0], arguments[:1])
    noxfile = str(ROOT / "noxfile.py")
    try:
        sys.exit(subprocess.call([PYTHON, "-m", "nox", "-f", noxfile, *arguments]))
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main(sys.argv[1:])
