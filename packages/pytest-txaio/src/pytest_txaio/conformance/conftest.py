"""The fixtures of the conformance tests, for runs with `--txaio-conformance`."""

from pytest_txaio.conformance._fixtures import *
