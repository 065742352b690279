"""daphne serves an ASGI application, on this txaio and on txaio 26.6."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from frameworks import listening_socket
from processes import environment


HERE = Path(__file__).parent
KINDS = {"close": 145, "abort": 50, "crash": 4, "silent": 1}
"""The numbers of connections that the client makes, by how they end."""
MESSAGES = 10
"""The number of messages that it sends on each of them."""
CONNECTIONS = sum(KINDS.values())
PING_INTERVAL, PING_TIMEOUT = 1, 2
PING_DELAY = 0.5
"""Seconds by which the drop may seem early, as the client sees the ping late."""
BUSY_DELAY = 5.0
"""Seconds by which a busy machine may delay the drop."""


@pytest.fixture(scope="module", params=["txaio 26.6", "this txaio"])
def served(request, predecessor, tmp_path_factory):
    """Run daphne and its clients, and give their report and the log of daphne."""
    is_ours = request.param == "this txaio"
    env = environment(**({} if is_ours else {"PYTHONPATH": str(predecessor)}))
    log = tmp_path_factory.mktemp("daphne") / "log"
    with listening_socket(backlog=CONNECTIONS) as listener, log.open("w") as out:
        options = [f"--ping-interval={PING_INTERVAL}", f"--ping-timeout={PING_TIMEOUT}"]
        options += [f"--fd={listener.fileno()}", "--access-log=/dev/null"]
        server = subprocess.Popen(
            [sys.executable, "-m", "daphne", *options, "asgi_echo:application"],
            cwd=HERE,
            env=env,
            pass_fds=[listener.fileno()],
            stdout=out,
            stderr=subprocess.STDOUT,
        )
        try:
            port = str(listener.getsockname()[1])
            client = str(HERE / "asgi_client.py")
            command = [sys.executable, client, port, str(MESSAGES), json.dumps(KINDS)]
            done = subprocess.run(
                command,
                check=False,
                env=env,
                capture_output=True,
                text=True,
                timeout=120,
            )
            assert done.returncode == 0, done.stderr + log.read_text()
            server.terminate()
            assert server.wait(30) == 0, log.read_text()
        finally:
            server.kill()
            server.wait()
    return is_ours, json.loads(done.stdout), log.read_text()


def test_all_messages_are_echoed(served):
    """All of 200 connections get all their echoes, in order."""
    _, report, _ = served
    application = report["application"]
    assert application["accepted"] == CONNECTIONS
    assert application["echoed"] == CONNECTIONS * MESSAGES
    assert application["crashed"] == KINDS["crash"]


def test_connections_end_as_asked(served, add_to_summary):
    """Both sides agree on how each has ended.

    On a busy machine txaio 26.6 cuts some that close: its timeouts come early.
    """
    is_ours, report, _ = served
    outcomes, codes = report["outcomes"], report["application"]["codes"]
    add_to_summary(outcomes)
    assert sum(outcomes.values()) == CONNECTIONS
    assert sum(codes.values()) == CONNECTIONS - KINDS["crash"]
    if is_ours:
        assert outcomes == {
            "abort: 1006, not clean": KINDS["abort"],
            "close: 1000, clean": KINDS["close"],
            "crash: 1011, clean": KINDS["crash"],
            "silent: 1006, not clean": KINDS["silent"],
        }
        lost = KINDS["abort"] + KINDS["silent"]
        assert codes == {"1000": KINDS["close"], "1006": lost}


def test_idle_connections_are_pinged(served, add_to_summary):
    """Each that answers is pinged, and stays open until it is closed."""
    _, report, _ = served
    fewest, most = report["pings"]
    add_to_summary(f"{fewest} to {most} pings of each connection")
    assert fewest >= 1


def test_silent_connection_is_dropped_in_time(served, add_to_summary):
    """It is dropped after the timeout, not before it as txaio 26.6 does."""
    is_ours, report, _ = served
    add_to_summary(f"dropped {report['dropped']:.3f} s after the ping")
    earliest = PING_TIMEOUT - PING_DELAY if is_ours else 0
    assert earliest <= report["dropped"] < PING_TIMEOUT + BUSY_DELAY


def test_log_has_the_errors_of_the_application(served):
    """The log of daphne has each error once, with its traceback, and no other."""
    _, _, log = served
    assert log.count("Exception inside application: asked to crash") == KINDS["crash"]
    assert log.count("Traceback (most recent call last):") == KINDS["crash"]
    assert log.count("RuntimeError: asked to crash") == KINDS["crash"]
    assert " ERROR " in log
    assert "Unhandled" not in log
    assert "never retrieved" not in log
