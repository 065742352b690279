"""What is printed after `start_logging(None)` on Twisted."""

from __future__ import annotations

import io
import sys

import pytest
from twisted.logger import globalLogPublisher

from txaio._standard_streams import StandardStreams


@pytest.fixture
def txa(txaio):
    """Select Twisted, and stop logging after the test."""
    txaio.use_twisted()
    yield txaio
    txaio.with_config().stop_logging()


@pytest.fixture
def replace(monkeypatch):
    """Give a function that replaces the standard streams, and returns the new ones.

    pytest sets its own ones between the fixtures and the test.
    """

    def set_streams():
        streams = io.StringIO(), io.StringIO()
        for name, stream in zip(("stdout", "stderr"), streams, strict=True):
            monkeypatch.setattr(sys, name, stream)
        return streams

    return set_streams


@pytest.fixture
def events():
    """Give the list of the events of Twisted's log."""
    found = []
    globalLogPublisher.addObserver(found.append)
    yield found
    globalLogPublisher.removeObserver(found.append)


def test_observers_get_what_is_printed(txa, replace, events):
    """Each line is an event, as with txaio 26.6, and is not written as well."""
    streams = replace()
    txa.start_logging(None)
    sys.stdout.write("one\ntwo\n")
    sys.stderr.write("three\n")
    assert [
        (event["log_namespace"], event["log_level"].name, event["log_io"])
        for event in events
    ] == [
        ("stdout", "info", "one"),
        ("stdout", "info", "two"),
        ("stderr", "error", "three"),
    ]
    assert [stream.getvalue() for stream in streams] == ["", ""]


def test_streams_are_restored(txa, replace, events):
    """They are as they were when logging stops, or gets an output."""
    streams = replace()
    ends = txa.with_config().stop_logging, lambda: txa.start_logging(io.StringIO())
    for end in ends:
        txa.start_logging(None)
        txa.start_logging(None)
        assert sys.stdout is not streams[0]
        end()
        assert (sys.stdout, sys.stderr) == streams
        sys.stdout.write("one\n")
    assert events == []
    assert streams[0].getvalue() == "one\none\n"


def test_streams_of_others_stay(txa, replace):
    """A stream that was replaced since is left alone."""
    replace()
    txa.start_logging(None)
    sys.stderr = other = io.StringIO()
    txa.start_logging(None)
    sys.stdout = last = io.StringIO()
    txa.with_config().stop_logging()
    assert sys.stdout is last
    assert sys.stderr is other


def test_streams_that_are_logged_stay(txa, replace):
    """What Twisted itself has redirected is not redirected again."""
    replace()
    txa.start_logging(None)
    logged = sys.stdout
    StandardStreams().log()
    assert sys.stdout is logged


def test_output_is_not_changed_otherwise(txa, replace, events):
    """With an output of `start_logging`, what is printed stays as it is."""
    out, _ = replace()
    txa.start_logging(io.StringIO())
    sys.stdout.write("one\n")
    assert out.getvalue() == "one\n"
    assert events == []
