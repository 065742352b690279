"""An ASGI application for daphne: WebSockets that echo, and a report over HTTP.

The message `crash` makes it raise.
"""

from __future__ import annotations

import json
from collections import Counter


codes: Counter = Counter()
counts: Counter = Counter()


async def application(scope, receive, send):
    """Serve one connection or one request."""
    serve = {"websocket": echo, "http": report}[scope["type"]]
    await serve(receive, send)


async def echo(receive, send):
    """Echo all messages, and count the code with which the connection ends."""
    await receive()
    await send({"type": "websocket.accept"})
    counts["accepted"] += 1
    while (event := await receive())["type"] == "websocket.receive":
        if event.get("text") == "crash":
            counts["crashed"] += 1
            raise RuntimeError("asked to crash")
        counts["echoed"] += 1
        kinds = {kind: event[kind] for kind in ("bytes", "text") if event.get(kind)}
        await send({"type": "websocket.send", **kinds})
    codes[event["code"]] += 1


async def report(receive, send):
    """Respond with the numbers of connections, messages and codes so far."""
    await receive()
    await send({"type": "http.response.start", "status": 200})
    body = json.dumps({**counts, "codes": codes}).encode()
    await send({"type": "http.response.body", "body": body})
