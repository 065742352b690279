"""The root folder: its script `run.py`, and what happens if it is installed."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from release.no_distribution import MESSAGE
from release.project import settings_of


ROOT = Path(__file__).parents[2]


@pytest.fixture
def run_py(tmp_path):
    """Give a function that runs a copy of run.py, where no nox is installed."""
    shutil.copy(ROOT / "run.py", tmp_path)

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(tmp_path / "run.py"), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert [path.name for path in tmp_path.iterdir()] == ["run.py"]
        return done

    return run


@pytest.mark.parametrize(
    ("arguments", "first", "status"),
    [
        (["--help"], "Run the demo or the tests.", 0),
        (["-h"], "Run the demo or the tests.", 0),
        (["help"], "Run the demo or the tests.", 0),
        ([], "Run the demo or the tests.", 2),
        (["test"], "There is no command 'test'.", 2),
        (["wheels"], "There is no command 'wheels'.", 2),
    ],
)
def test_script_explains_itself(run_py, arguments, first, status):
    """In about ten lines, and without installing anything."""
    done = run_py(*arguments)
    shown, other = (done.stderr, done.stdout)[:: 1 if status else -1]
    assert (done.returncode, other) == (status, "")
    lines = shown.splitlines()
    assert lines[0] == first
    assert len(lines) <= 12
    assert "    python3 run.py tests            all checks" in lines
    assert "python3-venv" in lines[-1]


@pytest.mark.parametrize("option", [[], ["--editable"]])
def test_installing_the_root_says_what_to_install(option):
    """`pip install .` fails with a message, and guesses no distribution."""
    options = ["--disable-pip-version-check", "--no-index", "--dry-run", *option]
    command = [sys.executable, "-m", "pip", "install", *options, str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "There is nothing to install in this folder" in done.stderr
    assert "Traceback" not in done.stderr


def test_folders_in_the_message_go_together():
    """They have all that they require."""
    names = {*re.findall(r"\$P/([\w-]+)", MESSAGE)}
    assert names
    for name in names:
        needs = settings_of(ROOT / "packages" / name)["project"]["dependencies"]
        assert {Requirement(need).name for need in needs} <= names


def test_sessions_of_the_table_exist():
    """Each command for run.py in CONTRIBUTING.md names a session of nox."""
    text = (ROOT / "CONTRIBUTING.md").read_text()
    named = re.findall(r"`python3 run\.py -s \"?(\w+)", text)
    defined = re.findall(
        r"^def (\w+)\(session", (ROOT / "noxfile.py").read_text(), re.MULTILINE
    )
    assert named
    assert {*named} <= {*defined}
