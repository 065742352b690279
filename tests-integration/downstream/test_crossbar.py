"""A Crossbar router on loopback, and components on asyncio and on Twisted."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

import pytest
from processes import START_TIMEOUT, environment, free_port, peer, wait_for


def config(port: int) -> dict:
    """Return the minimal configuration of a router: a realm, a role, a port."""
    allow = dict.fromkeys(("call", "register", "publish", "subscribe"), True)
    role = {
        "name": "anonymous",
        "permissions": [{"uri": "", "match": "prefix", "allow": allow}],
    }
    endpoint = {"type": "tcp", "port": port, "interface": "127.0.0.1"}
    worker = {
        "type": "router",
        "realms": [{"name": "realm1", "roles": [role]}],
        "transports": [{"type": "websocket", "endpoint": endpoint}],
    }
    return {"version": 2, "workers": [worker]}


@pytest.fixture(scope="module")
def router(tmp_path_factory):
    """Run a router, and give its port and its log file."""
    folder, port = tmp_path_factory.mktemp("node"), free_port()
    (folder / "config.json").write_text(json.dumps(config(port)))
    start = ["start", f"--cbdir={folder}", "--color=false"]
    log = folder / "router.log"
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-c", "from crossbar import run; run()", *start],
            cwd=folder,
            env=environment(),
            stdout=out,
            stderr=subprocess.STDOUT,
            # The router has workers, which have to end with it.
            start_new_session=True,
        )
    try:
        wait_for(port, process)
        yield port, log
        process.terminate()
        process.wait(30)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.mark.parametrize(
    ("callee", "caller"),
    [("asyncio", "twisted"), ("twisted", "asyncio")],
    ids=["asyncio is called", "twisted is called"],
)
def test_components_communicate(router, callee, caller):
    """Calls, errors, progress and events pass between the frameworks."""
    port, log = router
    with peer("wamp_callee.py", callee, str(port)) as called:
        assert called.first_line() == callee
        with peer("wamp_caller.py", caller, str(port)) as calling:
            report = calling.report(timeout=60)
        called.end(timeout=10)
    assert report["framework"] == caller
    assert report["sums"] == list(range(1, 201))
    assert report["refused"] == ["app.refused", [7], {"reason": "odd"}]
    assert report["crashed"] == "wamp.error.runtime_error"
    assert report["missing"] == "wamp.error.no_such_procedure"
    assert report["progress"] == list(range(20))
    assert report["counted"] == 20
    assert report["published"] == 100
    assert report["events"] == list(range(100))
    text = log.read_text()
    assert "Unhandled" not in text
    # What a worker prints, such as a warning of NumPy, breaks none of its records.
    assert '"log_time"' not in text


def test_loggers_pass_the_tests_of_crossbar(tmp_path):
    """Crossbar's own tests of its loggers pass, as on the predecessor."""
    run = subprocess.run(
        [sys.executable, "-m", "twisted.trial", "crossbar.test.test_logger"],
        check=False,
        cwd=tmp_path,
        env=environment(USE_TWISTED="1"),
        capture_output=True,
        text=True,
        timeout=START_TIMEOUT,
    )
    assert run.returncode == 0, run.stdout
    assert "PASSED (successes=" in run.stdout
