"""A WAMP component that calls and subscribes, and prints the results.

wamp_caller.py asyncio|twisted PORT
"""

from __future__ import annotations

import json
import sys
from importlib import import_module

from autobahn.wamp.exception import ApplicationError
from autobahn.wamp.types import CallOptions

import txaio


CALLS = 200
EVENTS = 100
PROGRESS = 20

framework = import_module(f"autobahn.{sys.argv[1]}.component")
url = f"ws://127.0.0.1:{sys.argv[2]}/"
component = framework.Component(transports=url, realm="realm1")
report = {"events": [], "progress": []}


async def error_of(calling):
    """Return the error of a call, or None."""
    try:
        await calling
    except ApplicationError as error:
        return [error.error, list(error.args), error.kwargs]
    return None


@component.on_join
async def joined(session, _details):
    """Call, subscribe, and leave."""
    report["framework"] = txaio._explicit_framework
    calls = [session.call("app.add", number, 1) for number in range(CALLS)]
    report["sums"] = await txaio.gather(calls)
    report["refused"] = await error_of(session.call("app.refuse", 7))
    report["crashed"] = (await error_of(session.call("app.crash")))[0]
    report["missing"] = (await error_of(session.call("app.nothing")))[0]
    options = CallOptions(on_progress=report["progress"].append)
    report["counted"] = await session.call("app.count", PROGRESS, options=options)
    await session.subscribe(report["events"].append, "app.event")
    report["published"] = await session.call("app.publish", EVENTS)
    while len(report["events"]) < EVENTS:
        await txaio.sleep(0.01)
    await session.call("app.leave")
    sys.stdout.write(json.dumps(report) + "\n")
    sys.stdout.flush()
    session.leave()


framework.run([component], log_level=None)
