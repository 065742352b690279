"""What is said of tools and Pythons in more places than one."""

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
    """On Linux all are there at once, elsewhere one after the other."""
    text = (ROOT / ".github/workflows/ci.yml").read_text()
    named = re.findall(r"Python :: (3\.\d+)", str(PACKAGE["project"]["classifiers"]))
    (linux,) = re.findall(r"python-version: \|\n((?: +[\w.]+\n)+)", text)
    (elsewhere,) = re.findall(r"python: \[(.*)\]", text)
    wanted = sorted([*named, "pypy3.11"])
    assert sorted(linux.split()) == wanted
    assert sorted(re.findall(r"[\w.]+", elsewhere)) == wanted


@pytest.mark.parametrize("path", WORKFLOWS, ids=[path.stem for path in WORKFLOWS])
def test_actions_are_pinned_to_commits(path):
    """A tag can be moved; its name is a comment for people and Dependabot."""
    used = re.findall(r"uses: (?!\./)(.*)", path.read_text())
    assert used
    pinned = r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+"
    assert [action for action in used if not re.fullmatch(pinned, action)] == []


def test_actions_have_one_version_each():
    """Workflows that use the same action use the same commit of it."""
    text = "".join(path.read_text() for path in WORKFLOWS)
    used = set(re.findall(r"uses: (?!\./)(.*)@(.*)", text))
    assert len({action for action, _commit in used}) == len(used)


def test_hooks_take_the_tools_of_the_check_up():
    """What passes before a commit passes after it, too."""
    text = (ROOT / ".pre-commit-config.yaml").read_text()
    hooks = set(
        re.findall(r"additional_dependencies: \[((?:ruff|zizmor|codespell).*)\]", text)
    )
    assert len(hooks) == 3
    assert hooks <= set(SETTINGS["dependency-groups"]["lint"])
