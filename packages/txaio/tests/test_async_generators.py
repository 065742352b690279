"""Async generators in coroutines of the module: they are left as they were."""

from __future__ import annotations

import sys


def test_hooks_on_twisted(txaio):
    """To close a generator takes a reactor, and none is installed for that."""
    seen = []
    txaio.use_twisted()

    async def work():
        seen.append(sys.get_asyncgen_hooks())

    txaio.as_future(work)
    assert seen == [sys.get_asyncgen_hooks()]
