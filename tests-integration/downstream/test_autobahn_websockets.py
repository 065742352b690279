"""Autobahn's WebSockets over loopback, between asyncio and Twisted."""

from __future__ import annotations

from itertools import pairwise, product
from statistics import median

import pytest
from processes import peer


MESSAGES = 3000
INTERVAL, TIMEOUT = 0.5, 1.0
BUCKET = 0.2
"""The bucket of Autobahn's timers in seconds, by which they may be late."""
BUSY_DELAY = 2.0
"""Seconds by which a busy machine may add to that: other sessions run meanwhile."""

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
    server, client = reports["talker"]["server"], reports["talker"]["client"]
    # The last one may still be on its way as the client closes.
    assert len(server["pings"]) - len(client["pings"]) in {0, 1}
    quiet, closing = client["quiet"], client["closing"]
    # Times of the server: the client may receive two in quick succession.
    pings = [ping for ping in server["pings"] if quiet < ping < closing]
    gaps = [after - before for before, after in pairwise(pings)]
    assert len(gaps) > 1
    assert min(gaps) >= INTERVAL
    assert median(gaps) < INTERVAL + BUCKET + BUSY_DELAY / 8
    spans = [after - before for before, after in pairwise([quiet, *pings, closing])]
    assert max(spans) < INTERVAL + BUCKET + BUSY_DELAY
    add_to_summary(
        f"{len(pings)} pings in {closing - quiet:.2f} s,"
        f" {min(gaps):.3f} s apart or more"
    )


def test_silent_peer_is_dropped_in_time(reports, add_to_summary):
    """It is dropped after the timeout, and not much later."""
    server, client = reports["silent"]["server"], reports["silent"]["client"]
    assert not server["clean"]
    assert not client["clean"]
    (ping,) = server["pings"]
    passed = server["closed"] - ping
    add_to_summary(f"dropped {passed:.3f} s after the ping")
    assert TIMEOUT <= passed < TIMEOUT + BUCKET + BUSY_DELAY
    assert len(client["pings"]) == 1


def test_close_is_clean(reports):
    """Both sides report a clean close, with the same code."""
    server, client = reports["talker"]["server"], reports["talker"]["client"]
    assert (server["clean"], server["code"]) == (True, 1000)
    assert (client["clean"], client["code"]) == (True, 1000)
