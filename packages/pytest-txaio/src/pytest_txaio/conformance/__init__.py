"""The contract as tests: ``from pytest_txaio.conformance import *`` runs them all."""

from pytest_txaio.conformance._fixtures import *
from pytest_txaio.conformance.test_as_future import *
from pytest_txaio.conformance.test_batched_timers import *
from pytest_txaio.conformance.test_callbacks import *
from pytest_txaio.conformance.test_cancellation import *
from pytest_txaio.conformance.test_context import *
from pytest_txaio.conformance.test_errors import *
from pytest_txaio.conformance.test_failures import *
from pytest_txaio.conformance.test_futures import *
from pytest_txaio.conformance.test_gather import *
from pytest_txaio.conformance.test_lifecycle import *
from pytest_txaio.conformance.test_logging import *
from pytest_txaio.conformance.test_logging_context import *
from pytest_txaio.conformance.test_logging_failures import *
from pytest_txaio.conformance.test_logging_levels import *
from pytest_txaio.conformance.test_logging_output import *
from pytest_txaio.conformance.test_logging_records import *
from pytest_txaio.conformance.test_misuse import *
from pytest_txaio.conformance.test_threads import *
from pytest_txaio.conformance.test_time import *
