"""What becomes of messages: of several lines, forged ones, tracebacks as messages."""

from __future__ import annotations

import io
import subprocess
import sys
import traceback

import pytest


pytestmark = pytest.mark.usefixtures("beginner")
BACKENDS = ["asyncio", "twisted", "anyio"]


@pytest.fixture(params=BACKENDS)
def select(request, txaio):
    """Return the function that selects a backend."""
    yield getattr(txaio, f"use_{request.param}")
    txaio.with_config().stop_logging()


def written(txaio):
    """Start logging, and return a function that returns the lines without times."""
    out = io.StringIO()
    txaio.start_logging(out)

    def lines():
        found = out.getvalue().splitlines()
        return [line.partition(" ")[2] if line[0] != " " else line for line in found]

    return lines


def log_traceback(txaio, log):
    """Log the traceback of an exception as programs for txaio 26.6 do."""
    try:
        int("x")
    except ValueError:
        failure = txaio.create_failure()
        log.critical(txaio.failure_format_traceback(failure))


def check_traceback(lines):
    """Check that *lines* are a message that is the traceback of `log_traceback`."""
    head, *rest = lines
    assert head == f"critical {__name__}: Traceback (most recent call last):"
    assert rest[0].startswith(f'      File "{__file__}", line ')
    assert rest[-1] == "    ValueError: invalid literal for int() with base 10: 'x'"
    assert all(line.startswith("    ") for line in rest)


def test_traceback_as_a_message(txaio, select):
    """O8: It is written as Python prints it, with all but its first line indented."""
    log = txaio.make_logger()
    select()
    lines = written(txaio)
    log_traceback(txaio, log)
    check_traceback(lines())


def test_traceback_as_an_early_message(txaio, select):
    """O8: So it is if it was logged before the selection."""
    log = txaio.make_logger()
    try:
        int("x")
    except ValueError:
        log.critical(traceback.format_exc())
    select()
    check_traceback(written(txaio)())


def test_message_of_autobahn(txaio, select):
    """O8: Errors in the code of its users have their tracebacks below the message."""
    log = txaio.make_logger()
    select()
    lines = written(txaio)
    try:
        {}["{key}"]
    except KeyError:
        failure = txaio.create_failure()
    log.error(
        '{klass}.onUserError(): "{msg}"\n{traceback}',
        klass="Session",
        msg="Unhandled error in callback",
        traceback=txaio.failure_format_traceback(failure),
    )
    head, *rest = lines()
    said = 'Session.onUserError(): "Unhandled error in callback"'
    assert head == f"error {__name__}: {said}"
    assert rest[0] == "    Traceback (most recent call last):"
    assert rest[-1] == "    KeyError: '{key}'"


def test_forged_record(txaio, select):
    """O8: The second line of a message is indented, and so begins no record."""
    log = txaio.make_logger("some.name")
    select()
    lines = written(txaio)
    log.info("{peer} is here", peer="eve\n2026-11-23T17:19:00.000+00:00 info a.b: fake")
    assert lines() == [
        "info some.name: eve",
        "    2026-11-23T17:19:00.000+00:00 info a.b: fake is here",
    ]


def log_as_with_logging(log):
    """Log as with a logger of `logging`, and return what has to be written."""
    try:
        int("x")
    except ValueError:
        log.warning("first")
        log.exception("second", peer="ada")
        log.warning("third {exc_info}", exc_info=True)
    return ["warn first", "error second [peer='ada']", "warn third True"]


@pytest.mark.parametrize("early", [True, False])
def test_methods_of_logging(txaio, select, early):
    """O11: `warning`, `exception` and `exc_info` work before a selection and after."""
    log = txaio.make_logger("some.name")
    if early:
        expected = log_as_with_logging(log)
        select()
        lines = written(txaio)
    else:
        select()
        lines = written(txaio)
        expected = log_as_with_logging(log)
    heads = [line.replace(" some.name:", "") for line in lines() if line[0] != " "]
    assert heads == expected
    error = "    ValueError: invalid literal for int() with base 10: 'x'"
    assert lines().count(error) == 2


@pytest.mark.parametrize("name", BACKENDS)
@pytest.mark.parametrize("early", [True, False])
def test_traceback_without_start_logging(name, early):
    """The logging of the program, without any configuration, prints it unchanged."""
    select = f"txaio.use_{name}()\n"
    code = (
        f"import sys; sys.path[:] = {sys.path!r}\n"
        "import traceback, txaio; log = txaio.make_logger('some.name')\n"
        f"{'' if early else select}"
        "try: int('x')\n"
        "except ValueError: log.critical(traceback.format_exc())\n"
        f"{select if early else ''}"
    )
    command = [sys.executable, "-W", "error", "-c", code]
    run = subprocess.run(command, check=True, capture_output=True, text=True)
    first, *rest = run.stderr.rstrip().splitlines()
    assert first == "Traceback (most recent call last):"
    assert rest[-1] == "ValueError: invalid literal for int() with base 10: 'x'"
    assert "\\n" not in run.stderr
    assert run.stdout == ""
