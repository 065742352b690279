"""Print what is installed, and which backends work here: `python -m txaio`.

The exit status is 1 if an installed backend does not work, if a framework is installed
and its backend is not, or if the distributions of txaio are of more than one release.
"""

from __future__ import annotations

import platform
import subprocess
import sys

from txaio import _selfcheck
from txaio._inventory import OTHERS, OURS, Loop, is_mixed, loops, versions


CHECK_TIMEOUT = 30.0
"""How many seconds a check may take; it normally takes about one."""


def main() -> int:
    """Print the report and return the exit status."""
    ours = versions(OURS)
    for name, number in {**ours, **versions(OTHERS)}.items():
        print_line(name, number)
    python = f"{platform.python_implementation()} {platform.python_version()}"
    print_line("Python", f"{python} on {platform.system()}")
    print(flush=True)
    # The checks run at the same time, each in its own process: all of them take about
    # a second, and one that hangs does not stop the others.
    checks = [(loop, start(loop)) for loop in loops()]
    failed = [loop for loop, process in checks if not report(loop, process)]
    mixed = is_mixed(ours)
    if mixed:
        print("\nThe versions are of different releases. To upgrade all of them:")
        print(f"pip install --upgrade {' '.join(ours)}")
    return 1 if failed or mixed else 0


def print_line(name: str, text: str) -> None:
    """Print *text* in the second column."""
    print(f"{name:20}{text}", flush=True)


def start(loop: Loop) -> subprocess.Popen[str] | None:
    """Start the check of *loop*, if what it needs is installed."""
    if not (loop.has_backend() and loop.has_frameworks()):
        return None
    return subprocess.Popen(
        [sys.executable, "-m", _selfcheck.__name__, loop.name],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def report(loop: Loop, process: subprocess.Popen[str] | None) -> bool:
    """Print the result of the check of *loop*; return False if something is wrong."""
    if process is None:
        # A program that has the framework most likely means to use the backend.
        only_backend = loop.has_frameworks()
        what = "its backend is not installed" if only_backend else "not installed"
        print_line(loop.name, f'{what}: pip install "{loop.requirement}"')
        return not only_backend
    try:
        lines = process.communicate(timeout=CHECK_TIMEOUT)[1].splitlines()
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        lines = [f"did not finish within {CHECK_TIMEOUT:g} s"]
    if process.returncode == 0:
        print_line(loop.name, "works")
        return True
    reason = lines[-1] if lines else f"exit status {process.returncode}"
    print_line(loop.name, f"does not work: {reason}")
    print_line("", f"(more: python -m {_selfcheck.__name__} {loop.name})")
    return False


if __name__ == "__main__":
    sys.exit(main())
