"""The hook that the plugin adds to pytest's."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pytest_txaio._host import Host


@pytest.hookspec
def pytest_txaio_hosts() -> dict[str, Callable[[], Host]]:
    """Return backends of your own: for each name, a function that makes its host.

    Implement it in a plugin or in the `conftest.py` at the root of the tests.
    """
    raise NotImplementedError
