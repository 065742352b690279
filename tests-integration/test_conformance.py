"""The contract, on every backend."""

from pytest_txaio.conformance import *
