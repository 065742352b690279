"""The configuration with which the documentation of Autobahn is built."""

from __future__ import annotations

import subprocess
import sys

import pytest
from processes import environment


# As in the file docs/conf.py of Autobahn, zlmdb and cfxdb.
CONFIGURATION = """
import txaio

def use_twisted():
    from txaio import tx
    txaio._use_framework(tx)

def use_asyncio():
    from txaio import aio
    txaio._use_framework(aio)

txaio.use_twisted, txaio.use_asyncio = use_twisted, use_asyncio

import autobahn.twisted.websocket
import autobahn.asyncio.websocket
"""


@pytest.mark.parametrize("is_ours", [False, True])
def test_modules_for_both_are_imported(predecessor, is_ours):
    """Sphinx imports the modules for Twisted and those for asyncio in one process."""
    changes = {} if is_ours else {"PYTHONPATH": str(predecessor)}
    command = [sys.executable, "-c", CONFIGURATION]
    done = subprocess.run(
        command,
        check=False,
        env=environment(**changes),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
