"""The README: its files, what its commands print, and the figures that it states."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from blocks import DOCS, blocks

from pytest_txaio import conformance


PAGE = DOCS.parent / "README.md"
README = PAGE.read_text(encoding="utf-8")
CHANGED = "from txaio_asyncio import run"
PYTHON_FOLDER = Path(sys.executable).parent
LOOPS = 7
TIMES = re.compile(r"^\d{4}-\S+|(?<=passed in )[\d.]+s", re.MULTILINE)


@pytest.fixture
def folder(tmp_path):
    """A folder with the files of the README, and nothing else."""
    for block in blocks(PAGE):
        if block.language == "python":
            [name] = re.findall(r"^# (\w+\.py)", block.text)
            (tmp_path / name).write_text(block.text)
    return tmp_path


def run(command, folder):
    """Return what *command* prints in *folder*."""
    path = f"{PYTHON_FOLDER}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        command.split(),
        cwd=folder,
        env={**os.environ, "PATH": path, "PYTHONWARNINGS": "error"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stderr, done.returncode) == ("", 0), done.stdout
    return done.stdout


def without_times(output):
    """Return *output* without the times, which differ from run to run."""
    return TIMES.sub("TIME", output)


@pytest.mark.parametrize("command", ["python app.py", "python -m pytest -q "])
def test_commands_print_what_is_shown(command, folder):
    """The program and the tests print what the README shows."""
    session = re.compile(rf"^\$ ({command}.*)\n([^`]+)", re.MULTILINE)
    [(command, shown)] = session.findall(README)
    assert without_times(run(command, folder)) == without_times(shown)


@pytest.mark.parametrize(
    ("backend", "option"),
    [("asyncio", ""), ("twisted", ""), ("anyio", ""), ("anyio", ', backend="trio"')],
)
def test_program_runs_on_every_backend(backend, option, folder):
    """One line changes, and on Trio the last one."""
    program = (folder / "app.py").read_text()
    assert program.count(CHANGED) == 1
    program = program.replace("txaio_asyncio", f"txaio_{backend}")
    program = program.replace("(txa, 3)", "(txa, 1)")
    (folder / "app.py").write_text(program.replace("run(main)", f"run(main{option})"))
    assert "1 s to go" in run("python app.py", folder)
    assert 'run(main, backend="trio")' in README


def test_library_needs_the_interfaces_alone(folder):
    """It imports nothing else."""
    imports = re.findall(
        r"^(?:from|import) (\w+)", (folder / "countdown.py").read_text(), re.MULTILINE
    )
    assert imports == ["txaio_interfaces"]


def test_number_of_tests_is_that_of_the_kit(tmp_path):
    """The conformance kit has as many tests as the README says, on all loops."""
    [thousands] = re.findall(r"more than (\d+),000 tests check on seven event", README)
    options = ["--txaio-conformance", "--txaio-backends=asyncio", "--collect-only"]
    command = " ".join(["python -m pytest -q", *options, conformance.__path__[0]])
    [number] = re.findall(r"\b(\d+) tests collected", run(command, tmp_path))
    assert int(number) * LOOPS > int(thousands) * 1000


def test_ratio_is_that_of_the_benchmarks():
    """The figure is measured, with 100,000 connections."""
    [ratio] = re.findall(r"takes (0\.\d+) of the time of asyncio's", README)
    results = json.loads((DOCS / "benchmarks" / "results.json").read_text())
    work = "re-arm, 100,000 connections"
    [measured] = [
        row["ratio"]
        for row in results["rows"]
        if (row["work"], row["ours"], row["peer"])
        == (work, "ours on asyncio", "asyncio")
    ]
    assert ratio == f"{measured:.2f}"


def test_import_time_is_that_of_the_benchmarks():
    """The figure is measured, rounded up."""
    [shown] = re.findall(r"is imported in (\d+) ms", README)
    results = (DOCS / "benchmarks" / "results.md").read_text(encoding="utf-8")
    [measured] = re.findall(r"\| txaio_interfaces \| ([\d.]+) \|", results)
    assert int(shown) - 1 < float(measured) <= int(shown)


def test_tests_wait_for_hours():
    """The sum of the times is what the README says, in hours."""
    [seconds] = re.findall(r'"seconds", (\[.*\])', README)
    hours = sum(json.loads(seconds)) * 4 / 3600
    assert "wait for more than four hours" in README
    assert 4 < hours < 5
