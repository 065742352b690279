"""magic-wormhole on a mailbox server on loopback, on this txaio and on txaio 26.6."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from processes import environment, free_port, wait_for


CODE = "4-purple-sausages"
TEXT = "hello ∆ " * 500
TIMEOUT = 90
"""The seconds that a process may take; sender and receiver take two."""


@pytest.fixture(scope="module", params=["txaio 26.6", "this txaio"])
def mailbox(request, predecessor, tmp_path_factory):
    """Run a mailbox server, and give its URL, its environment and its log."""
    is_ours = request.param == "this txaio"
    env = environment(
        PYTHONUTF8="1", **({} if is_ours else {"PYTHONPATH": str(predecessor)})
    )
    folder, port = tmp_path_factory.mktemp("mailbox"), free_port()
    options = [f"--port=tcp:{port}:interface=127.0.0.1", "--channel-db=:memory:"]
    command = ["-m", "twisted", "--log-format=text", "wormhole-mailbox", *options]
    log = folder / "log"
    with log.open("w") as out:
        server = subprocess.Popen(
            [sys.executable, *command],
            cwd=folder,
            env=env,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_for(port, server)
        yield f"ws://127.0.0.1:{port}/v1", env, log
        server.terminate()
        server.wait(30)
    finally:
        server.kill()
        server.wait()


def wormhole(mailbox, *arguments):
    """Start the program with *arguments*, on the *mailbox*."""
    url, env, _ = mailbox
    # No relay is needed for texts, and none of the public ones is to be looked up.
    options = ["--appid=example.org/test", f"--relay-url={url}", "--transit-helper="]
    return subprocess.Popen(
        [sys.executable, "-m", "wormhole", *options, *arguments],
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )


@pytest.fixture(scope="module")
def transfer(mailbox):
    """Send a text and receive it, and give what the two processes have printed."""
    started = []
    try:
        started += [wormhole(mailbox, "send", "--text", TEXT, "--code", CODE)]
        started += [wormhole(mailbox, "receive", CODE)]
        outputs = [process.communicate(timeout=TIMEOUT) for process in started]
    finally:
        for process in started:
            process.kill()
            process.wait()
    assert [process.returncode for process in started] == [0, 0], outputs
    return outputs


def test_text_is_received(transfer):
    """The receiver prints the text, and the sender that it has been sent."""
    (_, sender_says), (received, _) = transfer
    assert received.strip() == TEXT.strip()
    assert "text message sent" in sender_says


def test_nothing_else_is_printed(transfer):
    """Neither process prints an error or a warning."""
    for out, err in transfer:
        assert not re.search("Traceback|Unhandled|Warning", out + err)


def test_log_of_the_server(mailbox, transfer):  # noqa: ARG001 - it is what is logged
    """The server logs both connections, and no error."""
    _, _, log = mailbox
    text = log.read_text()
    assert text.count("ws client connecting: tcp4:127.0.0.1:") == 2
    assert not re.search("Traceback|Unhandled|#error|#critical", text)
