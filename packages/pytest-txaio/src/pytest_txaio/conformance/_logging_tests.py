"""The tests of logging.

Apart from the others, as pyright looks through no more than 64 such imports.
"""

from pytest_txaio.conformance.test_logging import *
from pytest_txaio.conformance.test_logging_aliases import *
from pytest_txaio.conformance.test_logging_complaints import *
from pytest_txaio.conformance.test_logging_context import *
from pytest_txaio.conformance.test_logging_failures import *
from pytest_txaio.conformance.test_logging_fields import *
from pytest_txaio.conformance.test_logging_forgery import *
from pytest_txaio.conformance.test_logging_levels import *
from pytest_txaio.conformance.test_logging_output import *
from pytest_txaio.conformance.test_logging_outside import *
from pytest_txaio.conformance.test_logging_reconfigured import *
from pytest_txaio.conformance.test_logging_records import *
