"""Errors that a backend reports."""

from __future__ import annotations

import pytest

from pytest_txaio import Backends
from pytest_txaio._garbage import COUNTS_REFERENCES


ALL = Backends({}, "all").names

BOOM = """
import gc
import pytest

class Boom(Exception):
    pass

def boom(text="text"):
    raise Boom(text)
"""


@pytest.mark.parametrize("backend", ALL)
def test_reported_error_fails_its_test(failure_text, backend):
    """A test fails because of a reported error, with the traceback of that."""
    text = f"""{BOOM}
async def test_x(txaio):
    txaio.call_later(0, boom)
    await txaio.sleep(0.01)
"""
    said = failure_text(text, backends=backend)
    assert said.startswith("the backend reported errors that the test did not expect:")
    assert "in boom" in said
    assert "Boom: text" in said
    assert "with txaio_errors.expect(Boom): ..." in said


def test_several_reported_errors(failure_text):
    """All of them are shown."""
    said = failure_text(f"""{BOOM}
async def test_x(txaio):
    txaio.call_later(0, boom, "first")
    txaio.call_later(0, boom, "second")
    await txaio.sleep(1)
""")
    assert "Boom: first" in said
    assert "Boom: second" in said


@pytest.mark.parametrize("backend", ALL)
def test_failed_future_never_retrieved(failure_text, backend):
    """It is reported when it is collected, also in a reference cycle."""
    said = failure_text(
        f"""{BOOM}
async def test_x(txaio):
    cycle = [txaio.create_future_error(Boom("in a cycle"))]
    cycle.append(cycle)
    del cycle
    gc.collect()
""",
        backends=backend,
    )
    assert "Boom: in a cycle" in said


@pytest.mark.parametrize("backend", ALL)
def test_lost_in_a_cycle_at_the_end(run_tests, backend):
    """Reference cycles that a test leaves are collected after it, on CPython."""
    text = f"""{BOOM}
async def test_x(txaio):
    cycle = [txaio.create_future_error(Boom("in a cycle"))]
    cycle.append(cycle)
"""
    outcome = "failed" if COUNTS_REFERENCES else "passed"
    run_tests(text, backends=backend).assert_outcomes(**{outcome: 1})


def test_twisted_logs_a_failure(failure_text):
    """Critical events of Twisted are errors, too, as in its own test runner."""
    said = failure_text(
        f"""{BOOM}
from twisted.internet.defer import fail

async def test_x(txaio):
    fail(Boom("unhandled"))
    gc.collect()
""",
        backends="twisted",
    )
    assert "Boom: unhandled" in said


@pytest.mark.parametrize(
    ("why", "text"), [("'oh no'", "oh no"), ("None", "Unhandled Error")]
)
def test_error_in_the_old_log_of_twisted(failure_text, why, text):
    """It is one that Twisted reports, as reactors did it up to Twisted 24.3."""
    said = failure_text(
        f"""{BOOM}
from twisted.python import log

def test_x(txaio):
    log.err(Boom("logged"), {why})
""",
        backends="twisted",
    )
    assert said.count("Boom: logged") == 1
    assert text in said


@pytest.mark.parametrize("backend", ["asyncio", "twisted-asyncioreactor"])
def test_loop_reports_a_message(failure_text, backend):
    """Some reports of asyncio have no exception."""
    text = """
import asyncio

async def test_x(txaio):
    loop = asyncio.get_running_loop()
    loop.call_exception_handler({"message": "something is wrong"})
"""
    said = failure_text(text, backends=backend)
    assert "RuntimeError: something is wrong" in said


def test_test_that_fails_itself(failure_text):
    """Its own failure comes first; reported errors are in another section."""
    said = failure_text(f"""{BOOM}
async def test_x(txaio):
    txaio.call_later(0, boom)
    await txaio.sleep(1)
    assert "this" == "that"
""")
    assert "AssertionError" in said
    assert "Captured txaio call" in said
    assert "Boom: text" in said


def test_error_while_fixtures_are_torn_down(run_tests):
    """Sync fixtures are torn down after the loop; reports from then fail the test."""
    text = f"""{BOOM}
@pytest.fixture
def holder(txaio):
    held = []
    yield held
    held.clear()
    gc.collect()

async def test_x(txaio, holder):
    holder.append(txaio.create_future_error(Boom("held")))
"""
    result = run_tests(text, backends="asyncio,anyio-trio")
    result.assert_outcomes(passed=2, errors=2)
    result.stdout.fnmatch_lines(["*Boom: held"])


def test_expected(run_tests):
    """A test can expect an error, and inspect it."""
    text = f"""{BOOM}
async def test_x(txaio, txaio_errors):
    with txaio_errors.expect(Boom, match="t.xt") as expected:
        txaio.call_later(0, boom)
        await txaio.sleep(0.01)
    assert str(expected.value) == "text"

async def test_later(txaio, txaio_errors):
    with txaio_errors.expect((Boom, OSError)) as expected:
        txaio.call_later(0.01, boom)
    assert expected.value is None
    await txaio.sleep(0.02)
    assert type(expected.value) is Boom
"""
    run_tests(text, backends="all").assert_outcomes(passed=2 * len(ALL))


def test_expected_once_and_reported_twice(failure_text):
    """Each `expect` is for one error."""
    said = failure_text(f"""{BOOM}
async def test_x(txaio, txaio_errors):
    with txaio_errors.expect(Boom):
        txaio.call_later(0, boom, "first")
        txaio.call_later(0, boom, "second")
        await txaio.sleep(1)
""")
    assert "Boom: second" in said
    assert "Boom: first" not in said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("OSError", "OSError"),
        ("(OSError, KeyError)", "OSError or KeyError"),
        ("Boom, match='other'", "Boom that matches 'other'"),
    ],
)
def test_expected_and_not_reported(failure_text, arguments, said):
    """An expected error that is not reported fails the test."""
    whole = failure_text(f"""{BOOM}
async def test_x(txaio, txaio_errors):
    with txaio_errors.expect({arguments}):
        txaio.call_later(0, boom)
        await txaio.sleep(1)
""")
    assert f"expected the backend to report {said}, but it did not" in whole
    assert "Boom: text" in whole


def test_expected_outside_of_with(failure_text):
    """`expect` without `with` fails the test, as it has no effect."""
    said = failure_text("""
async def test_x(txaio, txaio_errors):
    txaio_errors.expect(OSError, match="broken")
""")
    assert said.startswith(
        "txaio_errors.expect was called for OSError that matches 'broken' without"
        " `with`, and has no effect:"
    )


def test_expected_after_it_was_reported(failure_text):
    """An error from before the block does not count."""
    said = failure_text(f"""{BOOM}
async def test_x(txaio, txaio_errors):
    txaio.call_later(0, boom)
    await txaio.sleep(1)
    with txaio_errors.expect(Boom):
        pass
""")
    assert "but it did not" in said


@pytest.mark.parametrize("kind", ["'Boom'", "Boom()", "(Boom, 1)"])
def test_expected_of_a_wrong_type(failure_text, kind):
    """`expect` raises at once."""
    said = failure_text(f"""{BOOM}
async def test_x(txaio, txaio_errors):
    with txaio_errors.expect({kind}):
        pass
""")
    assert "TypeError: kind must be an exception class or a tuple of them, not" in said


def test_expected_in_a_block_that_raises(run_tests):
    """The error is taken if it was reported, and not missed if it was not."""
    text = f"""{BOOM}
async def test_x(txaio, txaio_errors):
    for happens in (True, False):
        with pytest.raises(KeyError), txaio_errors.expect(Boom):
            if happens:
                txaio.call_later(0, boom)
                await txaio.sleep(1)
            raise KeyError
"""
    run_tests(text).assert_outcomes(passed=1)


def test_expected_with_an_invalid_pattern(failure_text):
    """`expect` raises at once, with the error of the pattern."""
    said = failure_text("""
async def test_x(txaio, txaio_errors):
    with txaio_errors.expect(ValueError, match="a("):
        pass
""")
    assert "ValueError: match must be a regular expression, not 'a('" in said


def test_expected_in_a_cycle(run_tests):
    """Reference cycles are collected at the end of the block."""
    text = f"""{BOOM}
async def test_x(txaio, txaio_errors):
    with txaio_errors.expect(Boom) as expected:
        cycle = [txaio.create_future_error(Boom())]
        cycle.append(cycle)
        del cycle
    assert type(expected.value) is Boom
"""
    run_tests(text).assert_outcomes(passed=1)


def test_take(run_tests):
    """A test can take the errors that were reported so far."""
    text = f"""{BOOM}
async def test_x(txaio, txaio_errors):
    assert txaio_errors.take() == []
    txaio.call_later(0, boom)
    await txaio.sleep(1)
    [error] = txaio_errors.take()
    assert isinstance(error, Boom)
    assert txaio_errors.take() == []

def test_sync(txaio, txaio_run, txaio_errors):
    async def act():
        txaio.call_later(0, boom)
        await txaio.sleep(1)

    txaio_run(act)
    assert len(txaio_errors.take()) == 1
"""
    run_tests(text, backends="asyncio,twisted").assert_outcomes(passed=4)
