"""The benchmark of servers: what it calculates, and its part of the protocol."""

from __future__ import annotations

import struct

import pytest
from benchmarks.rows import Row
from benchmarks.server import what_is_missing
from benchmarks.server_figures import (
    Pings,
    Usage,
    echo_figures,
    ping_figures,
    usage_figures,
)
from benchmarks.server_task import LOOPS, OURS, PREDECESSOR, Measured, pairs
from benchmarks.websocket_frames import (
    PING,
    PONG,
    after_handshake,
    frame,
    frames,
    handshake,
)


INTERVAL = 10.0


def pinged(*times):
    """Return the pings to a connection that was opened at 0, with some at *times*."""
    made = Pings(INTERVAL, due=INTERVAL)
    for time in times:
        made.arrive(time)
    return made


def test_ping_is_due_an_interval_after_the_last():
    """The next one is due ten seconds after the last has come, not after it was due."""
    pings = pinged(10.1, 20.2)
    assert pings.answered == [(10.0, 10.1), (20.1, 20.2)]
    assert pings.due == pytest.approx(30.2)


def test_ping_after_less_than_half_the_interval_is_doubled():
    """It does not move the time at which the next one is due."""
    pings = pinged(10.1, 12.0, 20.2)
    assert pings.doubled == [12.0]
    assert pings.answered == [(10.0, 10.1), (20.1, 20.2)]


def test_pings_are_counted_in_the_interval_measured():
    """Those that were due before it, and in its last second, are left out."""
    connections = [pinged(10.1, 20.2, 30.3), pinged(10.0)]
    figures = ping_figures(connections, start=15.0, end=31.0)
    # One connection was sent nothing at 20.
    assert (figures["due"], figures["sent"]) == (2, 1)
    assert (figures["early"], figures["doubled"]) == (0, 0)
    assert figures["latest"] == pytest.approx(0.1)


def test_early_pings_are_counted():
    """A ping before it is due is early, unless by less than clocks may differ."""
    figures = ping_figures([pinged(10.0, 19.2), pinged(10.0, 19.999)], 5.0, 25.0)
    assert (figures["due"], figures["early"]) == (4, 1)
    assert figures["earliest"] == pytest.approx(0.8)


def test_doubled_pings_are_counted():
    """Those during the measurement are."""
    figures = ping_figures([pinged(10.0, 12.0, 14.0, 16.0)], 13.0, 15.0)
    assert figures["doubled"] == 1


def test_usage_is_that_between_both_collections():
    """The time and the CPU time of collecting garbage are left out."""
    empty = Usage(0.0, 1.0, 0.5, 1.5, 1_000_000)
    full = Usage(10.0, 5.0, 11.0, 6.0, 3_000_000)
    later = Usage(41.0, 9.0, 43.0, 11.0, 9_000_000)
    figures = usage_figures(empty, full, later, 2_000)
    assert figures == {"cpu": pytest.approx(6.0), "rss": 1_000}


def test_usage_is_sent_in_one_frame():
    """It is the same after it was sent."""
    usage = Usage(1.5, 2.5, 3.5, 4.5, 5_000_000)
    data = usage.pack()
    assert Usage.unpack(data) == usage
    assert frame(PONG, data)


def test_latency_of_echoes():
    """One echo in a hundred takes longer than the 99th percentile."""
    figures = echo_figures([float(it) for it in range(1, 1001)])
    assert figures["p50"] == pytest.approx(500.5)
    assert figures["p99"] == pytest.approx(990.99)


def test_handshake_names_the_port():
    """The request ends with an empty line."""
    lines = handshake(8080).decode().split("\r\n")
    assert lines[0] == "GET / HTTP/1.1"
    assert "Host: 127.0.0.1:8080" in lines
    assert lines[-2:] == ["", ""]


def test_answer_to_the_handshake():
    """What follows it is returned, once all of it has come."""
    answer = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
    assert after_handshake(answer) is None
    assert after_handshake(answer + b"\r\nmore") == b"more"


def test_handshake_that_is_refused():
    """The error has the status."""
    with pytest.raises(ConnectionError, match="400 Bad Request"):
        after_handshake(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def test_frame_of_a_client_is_masked():
    """The mask is zeros, so the payload is as it was."""
    assert frame(PONG, b"abc") == b"\x8a\x83\0\0\0\0abc"


def test_long_payload_is_refused():
    """It would need another header."""
    with pytest.raises(ValueError, match="at most 125 bytes"):
        frame(PONG, bytes(126))


def test_frames_of_a_server():
    """Whole frames are yielded, and where each ends."""
    data = b"\x89\x03abc\x82\x00\x82\x02x"
    assert list(frames(data)) == [(PING, b"abc", 5), (2, b"", 7)]
    assert list(frames(b"\x89")) == []


@pytest.mark.parametrize("data", [b"\x09\x00", struct.pack("!BBH", 0x82, 126, 200)])
def test_other_frames_are_refused(data):
    """Fragments and long frames are not sent by the server of the benchmark."""
    with pytest.raises(ValueError, match="cannot read the frame"):
        list(frames(data))


FIGURES = {
    "cpu": 4.0,
    "rss": 8192.0,
    "p99": 10.0,
    "due": 1000,
    "sent": 999,
    "early": 7,
    "doubled": 1,
    "lost": 0,
    "earliest": 0.5,
}


def measured(*factors):
    """Return what one loop after the other has, ours smaller by each factor."""
    return [
        Measured(
            loop,
            version,
            number,
            {
                key: value * (factor if version == OURS else 1)
                for key, value in FIGURES.items()
            },
        )
        for number, factor in enumerate(factors)
        for version in (OURS, PREDECESSOR)
        for loop in LOOPS
    ]


def test_pairs_are_in_the_order_of_the_loops():
    """Each has its rounds, and the median of their ratios."""
    made = pairs(measured(0.4, 0.6))
    assert [pair.loop for pair in made] == list(LOOPS)
    assert [it["cpu"] for it in made[0].new] == pytest.approx([1.6, 2.4])
    assert made[0].ratio("cpu") == pytest.approx(0.5)


def test_rows_of_the_table():
    """Figures are medians, and pings are added."""
    old, new, ratio = pairs(measured(0.5, 0.5))[0].cells()
    pings = ["2,000", "1,998", "14", "0.50", "2", "0"]
    assert old == ["asyncio", PREDECESSOR, "4.00", "8.00", *pings, "10.0"]
    assert new[:4] == ["asyncio", OURS, "2.00", "4.00"]
    assert ratio == ["asyncio", "ratio", "0.50", "0.50", *[""] * 6, "0.50"]


@pytest.mark.parametrize(("factor", "met"), [(0.5, "yes"), (0.6, "no")])
def test_goal_for_the_cpu_time(factor, met):
    """Ours may take half of it."""
    rows = list(pairs(measured(factor))[0].rows(500))
    cpu = rows[0]
    assert isinstance(cpu, Row)
    assert (cpu.our_cost, cpu.peer_cost, cpu.unit) == (4000 * factor, 4000, "ms")
    assert cpu.goal_cells()[-1] == met
    assert rows[2].goal is None


def test_goal_for_pings():
    """None may be early or doubled."""
    results = measured(0.0)
    names = "a server: early or doubled pings", "ours on asyncio", "none"
    *_, last = pairs(results)[0].goal_cells()
    assert last == [*names, "0", "0", "yes"]
    *_, last = pairs(measured(1.0))[0].goal_cells()
    assert last == [*names, "8", "0", "no"]


def test_predecessor_is_missing(monkeypatch):
    """The reason is given, and not that of two it finds later."""
    monkeypatch.delenv("TXAIO_PREDECESSOR", raising=False)
    assert "TXAIO_PREDECESSOR has to name a folder" in what_is_missing()


def test_autobahn_is_missing(monkeypatch):
    """The message names what to install."""
    monkeypatch.setenv("TXAIO_PREDECESSOR", "folder")
    monkeypatch.setattr("benchmarks.server.find_spec", {"uvloop": 1}.get)
    assert what_is_missing() == "install autobahn (the dependency group `server`)"


def test_nothing_is_missing(monkeypatch):
    """Then there is no message."""
    monkeypatch.setenv("TXAIO_PREDECESSOR", "folder")
    monkeypatch.setattr("benchmarks.server.find_spec", {"uvloop": 1, "autobahn": 1}.get)
    assert not what_is_missing()
