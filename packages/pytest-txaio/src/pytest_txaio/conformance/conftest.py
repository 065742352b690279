"""What the tests take, when they are run where they lie."""

from pytest_txaio.conformance._fixtures import *
