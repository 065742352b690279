"""Every public name of the installed packages has to be fully typed."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any


def gaps(package: str) -> list[str]:
    """Return the public names of *package* whose types pyright cannot be sure of."""
    command = ["pyright", "--verifytypes", package, "--ignoreexternal", "--outputjson"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    report: dict[str, Any] = json.loads(run.stdout)["typeCompleteness"]
    if not report["symbols"]:
        return [f"{package}: not installed, or without py.typed"]
    return [
        f"{symbol['name']}: {found['message']}"
        for symbol in report["symbols"]
        if not symbol["isTypeKnown"]
        for found in symbol["diagnostics"]
    ]


def main(packages: list[str]) -> None:
    """Print what is missing in *packages*, and exit with 1 if anything is."""
    found = [gap for package in packages for gap in gaps(package)]
    if found:
        sys.exit("\n".join(found))
    print(f"fully typed: {', '.join(packages)}")
