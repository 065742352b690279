"""Run all programs, on the framework that the argument names.

    python -m old_style asyncio|twisted

It prints a JSON object: by the name of each program, what it has noted.
"""

from __future__ import annotations

import json
import sys

from old_style import futures, logs, timers  # noqa: F401 - these add programs
from old_style.base import PROGRAMS, note, noted, run


def notes_of(function):
    """Run *function*, and return what it has noted, and what it has raised."""
    noted.clear()
    logs.out.seek(0)
    logs.out.truncate()
    try:
        function()
    except BaseException as error:  # noqa: BLE001 - some exit
        note("raised", error)
    run()
    return [*noted]


# The log of Twisted gets what is printed.
json.dump({name: notes_of(it) for name, it in PROGRAMS.items()}, sys.__stdout__)
