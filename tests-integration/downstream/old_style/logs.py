"""Programs with failures and logs."""

# Their names say what they are about.
# ruff: noqa: D103

from __future__ import annotations

import io
import re

import txaio
from old_style.base import fail, note, program


class Service:
    """A class with a logger."""

    log = txaio.make_logger()


HEADER = re.compile(r"^\d{4}-\S+ (?:[a-z]+ [\w.]+: )?")
"""What precedes a message, in 26.6 and now."""

log = txaio.make_logger()
out = io.StringIO()
txaio.start_logging(out)


def note_log():
    """Note the messages that the log has got."""
    for line in out.getvalue().splitlines():
        note(HEADER.sub("", line))
    out.seek(0)
    out.truncate()


def failure_of(error):
    """Return the failure of *error*, which is raised."""
    try:
        fail(error=error)
    except Exception:  # noqa: BLE001 - any
        return txaio.create_failure()


@program
def failure_message():
    for error in (ValueError("text"), KeyError("key"), OSError(2, "none", "file")):
        note(txaio.failure_message(failure_of(error)))


@program
def failure_message_without_a_text():
    note(txaio.failure_message(failure_of(ValueError())))


@program
def failure_message_of_two_lines():
    note(txaio.failure_message(failure_of(ValueError("one\ntwo"))))


@program
def failure_traceback():
    failure = failure_of(ValueError())
    note(type(txaio.failure_traceback(failure)).__name__)
    note("in fail" in txaio.failure_format_traceback(failure))


@program
def failure_of_nothing():
    txaio.create_failure()


@program
def log_of_a_class():
    Service.log.info("one {x} {y[a]} {z.real}", x=1, y={"a": 2}, z=3)
    Service.log.debug("two")
    note_log()


@program
def log_with_a_field_that_is_not_named():
    log.info("text", peer=7)
    note_log()


@program
def log_without_a_field_that_is_named():
    log.info("{peer} text")
    note_log()


@program
def log_with_a_positional_value():
    log.info("text %s", 1)
    note_log()


@program
def log_without_a_message():
    log.info()
    note_log()


@program
def log_of_a_format():
    log.info(format="text {x}", x=1)
    note_log()


@program
def log_of_several_lines():
    log.info("one\ntwo")
    note_log()


@program
def log_at_every_level():
    txaio.set_global_log_level("trace")
    for level in ("trace", "debug", "info", "warn", "error", "critical"):
        getattr(log, level)("{x}", x=1)
        log.emit(level, "{x}", x=2)
    txaio.set_global_log_level("info")
    note_log()


@program
def log_of_a_category():
    txaio.add_log_categories({"XX1": "the category's {x}"})
    log.info(log_category="XX1", x=1)
    note_log()
    log.info("its own", log_category="XX1", x=1)
    note_log()


@program
def unknown_level():
    txaio.set_global_log_level("loud")


@program
def unknown_level_of_start_logging():
    txaio.start_logging(level="loud")


@program
def start_logging_again():
    txaio.start_logging(again := io.StringIO(), "debug")
    log.info("text")
    note(bool(again.getvalue()), txaio.get_global_log_level())
