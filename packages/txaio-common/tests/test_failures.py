"""Failures, their texts and their tracebacks."""

from __future__ import annotations

import pytest

from txaio_common import LEVELS, FailedFuture
from txaio_common._failures import format_traceback, traceback_of
from txaio_interfaces import ILogger


class Hostile(Exception):
    """An exception that cannot be printed."""

    @property
    def __cause__(self):
        """Raise."""
        raise RuntimeError("no cause is given here")


class OtherFailure:
    """A failure of another library, which has only a value."""

    def __init__(self, value):
        self.value = value


@pytest.fixture
def raised():
    """Give an exception that was raised."""
    with pytest.raises(KeyError) as caught:
        {}.pop("key")
    return caught.value


def test_repr_and_str_of_a_failure(raised):
    """They contain the type and the text of the exception."""
    assert repr(FailedFuture(raised)) == "<FailedFuture KeyError: 'key'>"
    assert str(FailedFuture(raised)) == "'key'"


def test_traceback_of_a_failure_of_another_library(raised):
    """E3: It is the traceback of the exception itself."""
    assert traceback_of(OtherFailure(raised)) is raised.__traceback__


def test_exception_that_cannot_be_printed():
    """E4: The text has the message of the exception, and the reason."""
    text = format_traceback(Hostile("text"), None)
    assert text.startswith("Hostile: text (its traceback cannot be printed: ")
    assert "RuntimeError: no cause is given here" in text


def test_frames_of_the_logging_subpackage_are_hidden():
    """E4: The package's own frames are left out, those of its subpackage as well."""
    with pytest.raises(ValueError, match="loud") as caught:
        LEVELS.set_global("loud")
    text = format_traceback(caught.value, caught.value.__traceback__)
    assert "test_failures.py" in text
    assert "levels.py" not in text


def test_frames_of_the_interfaces_are_hidden():
    """E4: A method of theirs has code: it calls another one."""

    class Logger:
        def warn(self, text):
            raise KeyboardInterrupt(text)

    with pytest.raises(KeyboardInterrupt) as caught:
        ILogger.warning(Logger(), "text")
    text = format_traceback(caught.value, caught.value.__traceback__)
    assert "in warn\n" in text
    assert "in warning\n" not in text
