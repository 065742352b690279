"""The contract, on every backend."""

from pytest_txaio.conformance import *  # noqa: F403 - its purpose
