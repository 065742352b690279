"""The report that `python -m txaio` prints."""

from __future__ import annotations

import runpy
import subprocess
import sys

import pytest

from txaio import __main__ as report
from txaio._inventory import LOOPS, OTHERS, OURS, is_mixed, loops, versions


ASYNCIO, UVLOOP, TWISTED, *_, ANYIO_UVLOOP, TRIO = LOOPS


def process(code):
    """Start a Python that runs *code* in place of a check."""
    return subprocess.Popen(
        [sys.executable, "-c", code],
        stderr=subprocess.PIPE,
        text=True,
    )


def test_everything_installed_works(capfd, monkeypatch):
    """The report has a line for each distribution and each loop, and status 0."""
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
    """Report on one loop, whose check succeeds, and two distributions."""
    found = {"txaio": "26.12.0", "txaio-asyncio": "26.12.1"}
    monkeypatch.setattr(report, "loops", lambda: [ASYNCIO])
    monkeypatch.setattr(report, "start", lambda _loop: process(""))
    there = {OURS: found, OTHERS: {}}
    monkeypatch.setattr(report, "versions", there.__getitem__)
    return found


@pytest.mark.usefixtures("only_asyncio")
def test_patch_versions_may_differ(capsys):
    """Patch versions of one release may be mixed."""
    assert report.main() == 0
    assert "pip" not in capsys.readouterr().out


def test_mixed_releases_are_reported(only_asyncio, capsys):
    """If the releases differ, the report prints the command that upgrades all."""
    only_asyncio["txaio-asyncio"] = "27.1.0"
    assert report.main() == 1
    last = capsys.readouterr().out.splitlines()[-2:]
    assert last[0].startswith("The versions are of different releases")
    assert last[1] == "pip install --upgrade txaio txaio-asyncio"


def test_other_distributions_may_be_of_other_releases(only_asyncio, capsys):
    """The interfaces have versions of their own, and others do not use txaio-common."""
    only_asyncio["txaio-interfaces"] = "1.4.0"
    only_asyncio["pytest-txaio"] = "27.3.0"
    assert report.main() == 0
    assert "pip" not in capsys.readouterr().out


@pytest.mark.usefixtures("only_asyncio")
def test_failed_check_gives_status_1(monkeypatch, capsys):
    """An installed backend that does not work is an error."""
    monkeypatch.setattr(report, "start", lambda _loop: process("1 / 0"))
    assert report.main() == 1
    assert "does not work: ZeroDivisionError" in capsys.readouterr().out


@pytest.mark.parametrize("also", [False, True])
def test_missing_framework_is_not_a_failure(monkeypatch, blocked, capsys, also):
    """It is listed with the command that installs it, also without its backend."""
    blocked("trio")
    if also:
        blocked("txaio_anyio")
    monkeypatch.setattr(report, "loops", lambda: [TRIO])
    assert report.main() == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert last == 'anyio-trio          not installed: pip install "txaio[trio]"'


def test_framework_without_its_backend_is_a_failure(monkeypatch, blocked, capsys):
    """A program that has the framework most likely means to use the backend."""
    blocked("txaio_anyio")
    monkeypatch.setattr(report, "loops", lambda: [TRIO])
    assert report.main() == 1
    assert capsys.readouterr().out.splitlines()[-1] == (
        'anyio-trio          its backend is not installed: pip install "txaio[trio]"'
    )


def test_folder_is_no_framework(monkeypatch, tmp_path):
    """Autobahn has a folder `twisted` without modules, and does not need Twisted."""
    (tmp_path / "folder").mkdir()
    monkeypatch.syspath_prepend(tmp_path)
    assert not TWISTED._replace(frameworks=("folder",)).has_frameworks()
    assert TWISTED.has_frameworks()


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("raise SystemExit('some reason')", "some reason"),
        ("import os; os._exit(3)", "exit status 3"),
        ("import threading; threading.Event().wait()", "did not finish within 0.01 s"),
    ],
)
def test_failed_check_is_reported_with_its_reason(monkeypatch, capsys, code, why):
    """A check that fails, crashes or hangs is reported with the reason."""
    monkeypatch.setattr(report, "CHECK_TIMEOUT", 0.01 if "wait" in code else 60)
    with process(code) as check:
        assert not report.report(ASYNCIO, check)
    assert capsys.readouterr().out.splitlines() == [
        f"asyncio             does not work: {why}",
        "                    (more: python -m txaio._selfcheck asyncio)",
    ]


@pytest.mark.parametrize(
    ("implementation", "platform"), [("pypy", "linux"), ("cpython", "win32")]
)
def test_uvloop_is_not_listed_where_it_does_not_exist(
    monkeypatch, implementation, platform
):
    """It cannot be installed there."""
    monkeypatch.setattr(sys.implementation, "name", implementation)
    monkeypatch.setattr(sys, "platform", platform)
    assert {UVLOOP, ANYIO_UVLOOP}.isdisjoint(loops())


def test_uvloop_is_listed_elsewhere(monkeypatch):
    """It exists for CPython on systems other than Windows."""
    monkeypatch.setattr(sys.implementation, "name", "cpython")
    monkeypatch.setattr(sys, "platform", "linux")
    assert {UVLOOP, ANYIO_UVLOOP} < {*loops()}


def test_no_metadata_is_not_a_mix():
    """Without metadata, as in a checkout on the path, no versions are compared."""
    found = versions(("txaio-there-is-none",))
    assert found == {}
    assert not is_mixed(found)
