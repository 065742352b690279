"""A WAMP component that is called, and that publishes on request.

    wamp_callee.py asyncio|twisted PORT

Prints its framework once it has registered, and ends when `app.leave` is called.
"""

from __future__ import annotations

import json
import sys
from importlib import import_module

from autobahn.wamp.exception import ApplicationError
from autobahn.wamp.types import PublishOptions, RegisterOptions

import txaio


framework = import_module(f"autobahn.{sys.argv[1]}.component")
url = f"ws://127.0.0.1:{sys.argv[2]}/"
component = framework.Component(transports=url, realm="realm1")


@component.on_join
async def joined(session, _details):
    """Register the procedures."""

    def add(one, two):
        return one + two

    def refuse(number):
        raise ApplicationError("app.refused", number, reason="odd")

    def crash():
        raise KeyError("x")

    async def count(end, details):
        for number in range(end):
            details.progress(number)
            await txaio.sleep(0.001)
        return end

    async def publish(number):
        for event in range(number):
            options = PublishOptions(acknowledge=True)
            await session.publish("app.event", event, options=options)
        return number

    def leave():
        txaio.call_later(0.1, session.leave)

    for procedure in (add, refuse, crash, publish, leave):
        await session.register(procedure, f"app.{procedure.__name__}")
    options = RegisterOptions(details_arg="details")
    await session.register(count, "app.count", options=options)
    sys.stdout.write(json.dumps(txaio._explicit_framework) + "\n")
    sys.stdout.flush()


framework.run([component], log_level=None)
