"""Check that every public name of the installed packages is fully typed."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any


def untyped_names(package: str) -> list[str]:
    """Return the public names of *package* whose types pyright does not know."""
    command = ["pyright", "--verifytypes", package, "--ignoreexternal", "--outputjson"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    report: dict[str, Any] = json.loads(run.stdout)["typeCompleteness"]
    if not report["symbols"]:
        return [f"{package}: not installed, or without py.typed"]
    return [
        f"{symbol['name']}: {diagnostic['message']}"
        for symbol in report["symbols"]
        if not symbol["isTypeKnown"]
        for diagnostic in symbol["diagnostics"]
    ]


def main(packages: list[str]) -> None:
    """Exit with a list of the names in *packages* that are not typed, if any."""
    found = [name for package in packages for name in untyped_names(package)]
    if found:
        sys.exit("\n".join(found))
    print(f"fully typed: {', '.join(packages)}")
