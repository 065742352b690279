"""Autobahn's WebSockets over loopback, between asyncio and Twisted."""

from __future__ import annotations

from itertools import pairwise, product

import pytest
from processes import peer


MESSAGES = 3000
INTERVAL, TIMEOUT = 0.5, 1.0
BUCKET = 0.2
"""The bucket of Autobahn's timers in seconds, by which they may be late."""
BUSY_DELAY = 0.25
"""Seconds by which a busy machine may add to that."""
CLOCK_TOLERANCE = 0.002
"""Seconds by which timers may seem early, as clocks are read at two places."""

FRAMEWORKS = ["asyncio", "twisted"]


@pytest.fixture(scope="module", params=[*product(FRAMEWORKS, FRAMEWORKS)], ids="-".join)
def reports(request):
    """Run a server and a client, and give the report of each on its connections."""
    server_framework, client_framework = request.param
    with (
        peer("websocket_server.py", server_framework) as server,
        peer(
            "websocket_client.py", client_framework, str(server.first_line())
        ) as client,
    ):
        on_client = client.report(timeout=60)
        on_server = server.report(timeout=10)
    talker, silent = sorted(on_server, key=lambda report: -report["echoed"])
    return {
        "talker": {"server": talker, "client": on_client["talker"]},
        "silent": {"server": silent, "client": on_client["silent"]},
    }


def test_messages_are_echoed(reports):
    """Thousands of messages are echoed, in order."""
    server, client = reports["talker"]["server"], reports["talker"]["client"]
    assert (server["echoed"], client["echoed"]) == (MESSAGES, MESSAGES)
    assert client["in_order"]


def test_number_and_interval_of_pings(reports, add_to_summary):
    """The pings between the last message and the close are all made, none early."""
    client = reports["talker"]["client"]
    quiet, closing = client["quiet"], client["closing"]
    pings = [ping for ping in client["pings"] if quiet < ping < closing]
    gaps = [after - before for before, after in pairwise(pings)]
    assert all(gap >= INTERVAL - CLOCK_TOLERANCE for gap in gaps), gaps
    assert all(gap < INTERVAL + BUCKET + BUSY_DELAY for gap in gaps), gaps
    listened = closing - quiet
    add_to_summary(
        f"{len(pings)} pings in {listened:.2f} s, {min(gaps):.3f} s apart or more"
    )
    assert listened // (INTERVAL + BUCKET + 0.05) <= len(pings) <= listened // INTERVAL


def test_silent_peer_is_dropped_in_time(reports, add_to_summary):
    """It is dropped after the timeout, and not much later."""
    server, client = reports["silent"]["server"], reports["silent"]["client"]
    assert not server["clean"]
    assert not client["clean"]
    (ping,) = server["pings"]
    add_to_summary(f"dropped {server['closed'] - ping:.3f} s after the ping")
    assert (
        TIMEOUT - CLOCK_TOLERANCE
        <= server["closed"] - ping
        < TIMEOUT + BUCKET + BUSY_DELAY
    )
    assert len(client["pings"]) == 1


def test_close_is_clean(reports):
    """Both sides report a clean close, with the same code."""
    server, client = reports["talker"]["server"], reports["talker"]["client"]
    assert (server["clean"], server["code"]) == (True, 1000)
    assert (client["clean"], client["code"]) == (True, 1000)
