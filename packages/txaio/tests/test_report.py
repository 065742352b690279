"""`python -m txaio`: what is installed, and what works."""

from __future__ import annotations

import runpy
import subprocess
import sys

import pytest

from txaio import __main__ as report
from txaio._inventory import LOOPS, OTHERS, OURS, is_mixed, loops, versions


ASYNCIO, UVLOOP, *_, TRIO = LOOPS


def process(code):
    """Start a Python that stands for a check."""
    return subprocess.Popen(
        [sys.executable, "-c", code],
        stderr=subprocess.PIPE,
        text=True,
    )


def test_all_that_is_installed_works(capfd, monkeypatch):
    """A line for each distribution, one for each loop, and status 0."""
    monkeypatch.delitem(sys.modules, "txaio.__main__")
    with pytest.raises(SystemExit) as caught:
        runpy.run_module("txaio", run_name="__main__")
    assert caught.value.code == 0
    lines = filter(None, capfd.readouterr().out.splitlines())
    said = dict(line.split(None, 1) for line in lines)
    assert {loop.name: said[loop.name] for loop in loops()} == (
        dict.fromkeys((loop.name for loop in loops()), "works")
    )
    assert {"Python", "twisted", "anyio", "trio"} <= set(said)
    assert versions(OURS).items() <= said.items()


@pytest.fixture
def only_asyncio(monkeypatch):
    """Have one loop, whose check ends well at once, and two distributions."""
    found = {"txaio": "26.12.0", "txaio-asyncio": "26.12.1"}
    monkeypatch.setattr(report, "loops", lambda: [ASYNCIO])
    monkeypatch.setattr(report, "start", lambda _loop: process(""))
    there = {OURS: found, OTHERS: {}}
    monkeypatch.setattr(report, "versions", there.__getitem__)
    return found


@pytest.mark.usefixtures("only_asyncio")
def test_one_release_is_no_mix(capsys):
    """Repairs of a release go together."""
    assert report.main() == 0
    assert "pip" not in capsys.readouterr().out


def test_mixed_versions_are_named_with_the_fix(only_asyncio, capsys):
    """Siblings of two releases are told apart, and brought together by one command."""
    only_asyncio["txaio-asyncio"] = "27.1.0"
    assert report.main() == 1
    last = capsys.readouterr().out.splitlines()[-2:]
    assert last[0].startswith("The versions are mixed")
    assert last[1] == "pip install --upgrade txaio txaio-asyncio"


@pytest.mark.usefixtures("only_asyncio")
def test_what_fails_gives_status_1(monkeypatch, capsys):
    """One that is installed does not work."""
    monkeypatch.setattr(report, "start", lambda _loop: process("1 / 0"))
    assert report.main() == 1
    assert "does not work: ZeroDivisionError" in capsys.readouterr().out


def test_what_is_missing_is_no_failure(monkeypatch, blocked, capsys):
    """It is named with the command that installs it."""
    blocked("trio")
    monkeypatch.setattr(report, "loops", lambda: [TRIO])
    assert report.main() == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert last == 'anyio-trio        not installed: pip install "txaio[trio]"'


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("raise SystemExit('some reason')", "some reason"),
        ("import os; os._exit(3)", "exit status 3"),
        ("import threading; threading.Event().wait()", "no end after 0.01 s"),
    ],
)
def test_failed_check_says_why(monkeypatch, capsys, code, why):
    """A message, a crash, a check that hangs: each has its line, and a way to more."""
    monkeypatch.setattr(report, "PATIENCE", 0.01 if "wait" in code else 60)
    with process(code) as check:
        assert not report.tell(ASYNCIO, check)
    assert capsys.readouterr().out.splitlines() == [
        f"asyncio           does not work: {why}",
        "                  (more: python -m txaio._selfcheck asyncio)",
    ]


@pytest.mark.parametrize(
    ("implementation", "platform"), [("pypy", "linux"), ("cpython", "win32")]
)
def test_uvloop_is_not_offered_where_there_is_none(
    monkeypatch, implementation, platform
):
    """No command would bring it."""
    monkeypatch.setattr(sys.implementation, "name", implementation)
    monkeypatch.setattr(sys, "platform", platform)
    assert UVLOOP not in loops()


def test_uvloop_is_offered_elsewhere(monkeypatch):
    """It is one of the loops, on CPython and on what is not Windows."""
    monkeypatch.setattr(sys.implementation, "name", "cpython")
    monkeypatch.setattr(sys, "platform", "linux")
    assert UVLOOP in loops()


def test_nothing_installed_is_no_mix():
    """Without metadata, as in a checkout on the path, there is nothing to compare."""
    found = versions(("txaio-there-is-none",))
    assert found == {}
    assert not is_mixed(found)
