"""Autobahn's WebSockets over loopback, between asyncio and Twisted."""

from __future__ import annotations

from itertools import pairwise, product

import pytest
from processes import peer


MESSAGES = 3000
INTERVAL, TIMEOUT = 0.5, 1.0
BUCKET = 0.2
"""Autobahn's timers have buckets of so many seconds, and may be so late."""
SLACK = 0.25
"""A busy machine takes so many seconds."""
GRAIN = 0.002
"""Timers may be so early, as clocks are read at two places."""

FRAMEWORKS = ["asyncio", "twisted"]


@pytest.fixture(scope="module", params=[*product(FRAMEWORKS, FRAMEWORKS)], ids="-".join)
def reports(request):
    """Run a server and a client, and give what each reports of its connections."""
    on_server, on_client = request.param
    with (
        peer("websocket_server.py", on_server) as server,
        peer("websocket_client.py", on_client, str(server.first_line())) as client,
    ):
        seen = client.report(timeout=60)
        served = server.report(timeout=10)
    talker, silent = sorted(served, key=lambda report: -report["echoed"])
    return {
        "talker": {"server": talker, "client": seen["talker"]},
        "silent": {"server": silent, "client": seen["silent"]},
    }


def test_messages_are_echoed(reports):
    """Thousands of them come back, in order."""
    server, client = reports["talker"]["server"], reports["talker"]["client"]
    assert (server["echoed"], client["echoed"]) == (MESSAGES, MESSAGES)
    assert client["in_order"]


def test_pings_are_those_that_are_due(reports, say):
    """As many as fit between the last message and the farewell, and none early."""
    client = reports["talker"]["client"]
    quiet, left = client["quiet"], client["left"]
    pings = [ping for ping in client["pings"] if quiet < ping < left]
    gaps = [after - before for before, after in pairwise(pings)]
    assert all(gap >= INTERVAL - GRAIN for gap in gaps), gaps
    assert all(gap < INTERVAL + BUCKET + SLACK for gap in gaps), gaps
    listened = left - quiet
    say(f"{len(pings)} pings in {listened:.2f} s, {min(gaps):.3f} s apart or more")
    assert listened // (INTERVAL + BUCKET + 0.05) <= len(pings) <= listened // INTERVAL


def test_silent_peer_is_dropped_in_time(reports, say):
    """Never before its time is over, and not much later than that."""
    server, client = reports["silent"]["server"], reports["silent"]["client"]
    assert not server["clean"]
    assert not client["clean"]
    (ping,) = server["pings"]
    say(f"dropped {server['closed'] - ping:.3f} s after the ping")
    assert TIMEOUT - GRAIN <= server["closed"] - ping < TIMEOUT + BUCKET + SLACK
    assert len(client["pings"]) == 1


def test_close_is_clean(reports):
    """Both sides agree on how it ended."""
    server, client = reports["talker"]["server"], reports["talker"]["client"]
    assert (server["clean"], server["code"]) == (True, 1000)
    assert (client["clean"], client["code"]) == (True, 1000)
