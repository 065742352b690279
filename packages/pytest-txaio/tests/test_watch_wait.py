"""What a host watches while a coroutine waits."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from pytest_txaio import Host
from pytest_txaio._hosts_asyncio import AsyncioHost


@pytest.mark.parametrize("kind", [Host, AsyncioHost])
def test_what_is_no_future(kind):
    """It is left alone, as nothing could be heard of it: None is a turn of asyncio."""
    backend = SimpleNamespace(is_future=lambda _awaited: False)
    told = []
    kind.watch_wait(None, backend, None, told.append, told.append)
    assert told == []
