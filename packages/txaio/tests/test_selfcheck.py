"""The check that `python -m txaio` makes of each backend."""

from __future__ import annotations

import asyncio
import runpy
import signal
import sys

import pytest
from twisted.internet.selectreactor import SelectReactor

from txaio import _selfcheck
from txaio._inventory import loops
from txaio_asyncio import AsyncioBackend


@pytest.mark.parametrize("loop", [loop.name for loop in loops()])
def test_every_loop_passes(loop, monkeypatch):
    """Each backend that is installed for these tests passes the check."""
    monkeypatch.setattr("twisted.internet.reactor", SelectReactor(), raising=False)
    # Where reactors of old versions have left one, Trio refuses to run.
    signal.set_wakeup_fd(-1)
    _selfcheck.main(loop)


def test_every_loop_is_checked():
    """There is a check for each loop in the list, and all loops are installed."""
    assert {loop.name for loop in loops()} <= set(_selfcheck.RUNS)
    assert all(loop.has_backend() and loop.has_frameworks() for loop in loops())


class Forgets(AsyncioBackend):
    """Returns futures of None."""

    def as_future(self, fn, /, *args, **kwargs):
        super().as_future(fn, *args, **kwargs)
        return self.create_future_success(None)


class Mistakes(AsyncioBackend):
    """Calls the errback instead of the callback."""

    def add_callbacks(self, future, _callback, errback):
        failure = self.create_failure(KeyError("x"))
        return super().add_callbacks(future, lambda _value: errback(failure), None)


class Hurries(AsyncioBackend):
    """Makes calls too early."""

    def call_later(self, delay, func, /, *args, **kwargs):
        return super().call_later(delay / 10, func, *args, **kwargs)


class HurriesInBatches(AsyncioBackend):
    """Makes batched calls too early."""

    def make_batched_timer(self, *_args):
        return Hurries()


class Raises(AsyncioBackend):
    """Ignores *consume_exceptions*, as if it were False."""

    def gather(self, futures, *_args, **_kwargs):
        return super().gather(futures, consume_exceptions=False)


class Unwraps(AsyncioBackend):
    """Gathers raw exceptions."""

    def gather(self, futures, *_args, **_kwargs):
        first, second = futures
        return self.create_future_success([first.result(), second.exception()])


class Mixes(AsyncioBackend):
    """Loses the value of the first member."""

    def gather(self, futures, *_args, **_kwargs):
        failure = self.create_failure(list(futures)[1].exception())
        return self.create_future_success([None, failure])


class Swallows(AsyncioBackend):
    """Ignores *consume_exceptions*, as if it were True."""

    def gather(self, futures, *_args, **_kwargs):
        return super().gather(futures, consume_exceptions=True)


class Silent(AsyncioBackend):
    """Writes no log."""

    def start_logging(self, *args, **kwargs):
        pass


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Forgets, r"a coroutine: expected 'value', got None"),
        (Mistakes, r"a callback: 'x'"),
        (Hurries, r"a timer: 0\.2\d\d s early"),
        (HurriesInBatches, r"a batched timer: 0\.2\d\d s early"),
        (Raises, r"a gather with a failure: meant to fail"),
        (Unwraps, r"a gather with a failure: expected ValueError\(.*\), got False"),
        (Mixes, r"a gather with a failure: expected 'value', got None"),
        (Swallows, r"a gather with a failure: the failure was not raised"),
        (Silent, r"a log line: expected '.*\\n', got ''"),
    ],
)
def test_broken_backend_is_detected(kind, text):
    """The message names the step and the error."""

    async def main():
        await _selfcheck.check(kind())

    with pytest.raises(RuntimeError, match=f"^{text}$"):
        asyncio.run(main())


def test_last_line_is_the_error(monkeypatch, capsys):
    """The error is the last line, below the traceback."""

    def fail():
        raise LookupError("two\nlines")

    monkeypatch.setitem(_selfcheck.RUNS, "asyncio", fail)
    with pytest.raises(SystemExit) as caught:
        _selfcheck.main("asyncio")
    assert caught.value.code == "LookupError: two lines"
    assert capsys.readouterr().err.startswith("Traceback")


def test_may_be_run_alone(monkeypatch):
    """The report names this command, which prints the traceback."""
    name = _selfcheck.__name__
    monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "argv", [name, "another"])
    with pytest.raises(SystemExit, match=r"^KeyError: 'another'$"):
        runpy.run_module(name, run_name="__main__")
