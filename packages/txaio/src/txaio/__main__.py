"""Say what is installed, and which backends work here: `python -m txaio`.

The exit status is 1 if one that is installed does not work, or if the distributions
of txaio are of more than one release.
"""

from __future__ import annotations

import platform
import subprocess
import sys

from txaio import _selfcheck
from txaio._inventory import OTHERS, OURS, Loop, is_installed, is_mixed, loops, versions


PATIENCE = 30.0
"""So many seconds a check may take; about one is what it takes."""


def main() -> int:
    """Print the report, and return the exit status."""
    ours = versions(OURS)
    for name, number in {**ours, **versions(OTHERS)}.items():
        print_line(name, number)
    python = f"{platform.python_implementation()} {platform.python_version()}"
    print_line("Python", f"{python} on {platform.system()}")
    print(flush=True)
    # Each has a process of its own: they take a second together, and one that hangs
    # takes no other along.
    checks = [(loop, start(loop) if is_installed(loop) else None) for loop in loops()]
    failed = [loop for loop, process in checks if not tell(loop, process)]
    mixed = is_mixed(ours)
    if mixed:
        print("\nThe versions are mixed: one command brings all to one release,")
        print(f"pip install --upgrade {' '.join(ours)}")
    return 1 if failed or mixed else 0


def print_line(name: str, text: str) -> None:
    """Print *text* in the second column."""
    print(f"{name:18}{text}", flush=True)


def start(loop: Loop) -> subprocess.Popen[str]:
    """Begin the check of *loop*."""
    return subprocess.Popen(
        [sys.executable, "-m", _selfcheck.__name__, loop.name],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def tell(loop: Loop, process: subprocess.Popen[str] | None) -> bool:
    """Print what came of the check of *loop*, and return False if it failed."""
    if process is None:
        print_line(loop.name, f'not installed: pip install "txaio[{loop.extra}]"')
        return True
    try:
        said = process.communicate(timeout=PATIENCE)[1].splitlines()
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        said = [f"no end after {PATIENCE:g} s"]
    if process.returncode == 0:
        print_line(loop.name, "works")
        return True
    why = said[-1] if said else f"exit status {process.returncode}"
    print_line(loop.name, f"does not work: {why}")
    print_line("", f"(more: python -m {_selfcheck.__name__} {loop.name})")
    return False


if __name__ == "__main__":
    sys.exit(main())
