"""The build backend of the root folder, from which nothing can be installed.

Without it, `pip install .` would try to guess what the distribution is, and fail with a
message about that.
"""

from __future__ import annotations

import sys
from typing import NoReturn


MESSAGE = """
There is nothing to install in this folder: it contains several distributions.
To install them from here, name their folders, for instance

    P=packages
    pip install $P/txaio-interfaces $P/txaio-common $P/txaio-asyncio

`python3 run.py` lists what else can be done here.
"""


def refuse(*_arguments: object, **_options: object) -> NoReturn:
    """Exit with a message that says what to install instead."""
    sys.exit(MESSAGE)


build_sdist = refuse
build_wheel = refuse
build_editable = refuse
get_requires_for_build_sdist = refuse
get_requires_for_build_wheel = refuse
get_requires_for_build_editable = refuse
