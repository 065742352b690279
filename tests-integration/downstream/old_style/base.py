"""What programs in the style of txaio 26.6 have in common."""

from __future__ import annotations

import gc
import sys

import txaio


FRAMEWORK = sys.argv[1]
getattr(txaio, f"use_{FRAMEWORK}")()
ITERATIONS = 10
noted: list[str] = []
PROGRAMS = {}


def show(value):
    """Return a text for *value*, the same for failures of both frameworks."""
    if isinstance(value, list):
        return f"[{', '.join(map(show, value))}]"
    error = getattr(value, "value", value)
    if isinstance(error, BaseException):
        return f"{'' if error is value else 'failure of '}{type(error).__name__}"
    return repr(value)


def note(*values):
    """Note *values*."""
    noted.append(" ".join(it if isinstance(it, str) else show(it) for it in values))


def noting(name, *returned):
    """Return a callback that notes what it gets, and returns that, or another value."""

    def callback(result):
        note(name, result)
        return returned[0] if returned else result

    return callback


def on(future, returned=None):
    """Note the outcome of *future*."""
    txaio.add_callbacks(future, noting("result", None), noting("error", returned))
    return future


if FRAMEWORK == "asyncio":
    import asyncio

    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    loop.set_exception_handler(
        lambda _loop, context: note("reported", context.get("exception"))
    )

    def run(seconds=0.01):
        """Run the loop, also on a busy machine for some iterations."""
        for delay in (seconds, *[0.001] * ITERATIONS):
            loop.call_later(delay, loop.stop)
            loop.run_forever()
        gc.collect()

else:
    from twisted.internet import reactor
    from twisted.logger import globalLogPublisher

    @globalLogPublisher.addObserver
    def observe(event):
        """Note errors that are logged."""
        if "log_failure" in event:
            note("reported", event["log_failure"])

    reactor.startRunning(installSignalHandlers=False)

    def run(seconds=0.01):
        """Run the reactor, also on a busy machine for some iterations."""
        end = reactor.seconds() + seconds
        while reactor.seconds() < end:
            reactor.iterate(0.001)
        for _time in range(ITERATIONS):
            reactor.iterate(0.001)
        gc.collect()


def program(function):
    """Add *function* to the programs."""
    PROGRAMS[function.__name__] = function
    return function


def fail(*_args, error=ValueError):
    """Raise *error*."""
    raise error


async def work(*_args):
    """Return after a while."""
    await txaio.sleep(0.001)
    return "worked"
