"""The page of benchmarks: the figures in its first sentences are those measured."""

from __future__ import annotations

import json
import re

from blocks import DOCS


PAGE = DOCS / "explanation" / "benchmarks.md"
RESULTS = json.loads((DOCS / "benchmarks" / "results.json").read_text())
MEASURED = {
    (row["work"], row["ours"], row["peer"]): row["ratio"] for row in RESULTS["rows"]
}
REARM = "re-arm, 100,000 connections"
LONE = "re-arm, 1 connection, one message a turn"
SHOWN = [
    (REARM, "ours on asyncio", "asyncio"),
    (REARM, "ours on asyncio", "uvloop"),
    (REARM, "ours on Twisted", "Twisted"),
    ("log a line", "ours on asyncio", "stdlib"),
    ("log a line", "ours on Twisted", "twisted.logger"),
    ("create + callback + resolve", "ours on asyncio", "asyncio"),
    (LONE, "ours on asyncio", "asyncio"),
    (LONE, "ours on Twisted", "Twisted"),
]
"""The ratios that the page begins with, in order."""
SERVER = json.loads((DOCS / "benchmarks" / "server.json").read_text())
FIGURES_OF_A_SERVER = [
    "CPU a minute",
    "resident memory a connection",
    "99th percentile of the latency of an echo",
]


def test_page_begins_with_results():
    """Each ratio is that of the last measurement, with two decimals."""
    text = PAGE.read_text(encoding="utf-8").partition("\n\n")[2].partition("\n\n")[0]
    assert re.findall(r"\d+\.\d\d", text) == [f"{MEASURED[it]:.2f}" for it in SHOWN]


def test_figures_of_a_server():
    """They are those of the last measurement, of each figure on each loop."""
    measured = {(row["work"], row["ours"]): row["ratio"] for row in SERVER["rows"]}
    expected = [
        f"{measured[f'a server: {figure}', f'ours on {loop}']:.2f}"
        for figure in FIGURES_OF_A_SERVER
        for loop in ("asyncio", "uvloop", "Twisted")
    ]
    text = PAGE.read_text(encoding="utf-8").partition("## A whole server\n\n")[2]
    assert re.findall(r"\d+\.\d\d", text.partition("\n\n")[0]) == expected


def test_no_ping_is_early():
    """As the page says of this txaio."""
    rounds = [figures for each in SERVER["rounds"] for figures in each["ours"]]
    assert [it["early"] + it["doubled"] + it["lost"] for it in rounds] == [0] * 6
