"""The hook of the plugin."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pytest_txaio._host import Host


@pytest.hookspec
def pytest_txaio_hosts() -> dict[str, Callable[[], Host]]:
    """Return backends of your own: for each name what makes its host.

    To be written in a plugin or in the `conftest.py` at the root of the tests.
    """
    raise NotImplementedError
