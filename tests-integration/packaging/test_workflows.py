"""Tools and Pythons that several files name."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest


ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text())
PACKAGE = tomllib.loads((ROOT / "packages/txaio/pyproject.toml").read_text())


def test_workflow_tests_every_python_that_the_classifiers_name():
    """On Linux in one job, on the other systems in a job for each."""
    text = (ROOT / ".github/workflows/ci.yml").read_text()
    named = re.findall(r"Python :: (3\.\d+)", str(PACKAGE["project"]["classifiers"]))
    (linux,) = re.findall(r"python-version: \|\n((?: +[\w.]+\n)+)", text)
    (elsewhere,) = re.findall(r"python: \[(.*)\]", text)
    wanted = sorted([*named, "pypy3.11"])
    assert sorted(linux.split()) == wanted
    assert sorted(re.findall(r"[\w.]+", elsewhere)) == wanted


def test_workflow_runs_what_the_checks_leave_out():
    """Those that others repeat, if the newest Python but one runs nox."""
    text = (ROOT / ".github/workflows/ci.yml").read_text()
    named = re.findall(r"Python :: (3\.\d+)", str(PACKAGE["project"]["classifiers"]))
    *older, newest = sorted(named, key=lambda name: int(name.removeprefix("3.")))
    (command,) = re.findall(r"run: >\n +python run\.py --session ([^:]+?)\n\n", text)
    assert set(command.replace('"', "").split()) == {
        "pypy_rest",
        *(f"integration-{python}" for python in ("3.11", newest)),
        *(f"unit-{python}(pytest-txaio)" for python in older),
    }


@pytest.mark.parametrize("path", WORKFLOWS, ids=[path.stem for path in WORKFLOWS])
def test_actions_are_pinned_to_commits(path):
    """A tag can be moved; its name is in a comment, for readers and Dependabot."""
    used = re.findall(r"uses: (?!\./)(.*)", path.read_text())
    assert used
    pinned = r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+"
    assert [action for action in used if not re.fullmatch(pinned, action)] == []


def test_actions_have_one_version_each():
    """Workflows that use the same action use the same commit of it."""
    text = "".join(path.read_text() for path in WORKFLOWS)
    used = set(re.findall(r"uses: (?!\./)(.*)@(.*)", text))
    assert len({action for action, _commit in used}) == len(used)


def test_hooks_have_the_same_tools_as_the_session_lint():
    """pre-commit and the session `lint` use the same versions."""
    text = (ROOT / ".pre-commit-config.yaml").read_text()
    hooks = set(
        re.findall(r"additional_dependencies: \[((?:ruff|zizmor|codespell).*)\]", text)
    )
    assert len(hooks) == 3
    assert hooks <= set(SETTINGS["dependency-groups"]["lint"])
