"""The metadata of every distribution."""

from __future__ import annotations

import importlib
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from txaio_twisted._requirement import LOWEST


ROOT = Path(__file__).parents[2]
VERSION = (ROOT / "VERSION").read_text().strip()
FOLDERS = sorted(ROOT.glob("packages/*"))


@pytest.fixture(params=FOLDERS, ids=[folder.name for folder in FOLDERS])
def folder(request) -> Path:
    """Give the folder of each distribution in turn."""
    return request.param


@pytest.fixture
def pyproject(folder: Path) -> dict:
    """Give the contents of its pyproject.toml."""
    return tomllib.loads((folder / "pyproject.toml").read_text())


def test_distribution_has_the_name_of_its_folder(folder, pyproject):
    """The names of folder, distribution and package correspond."""
    assert pyproject["project"]["name"] == folder.name
    own = folder.name.replace("-", "_")
    names = {"txaio-twisted": [], "txaio-twisted-core": ["txaio_twisted"]}
    packages = [path.parent.name for path in folder.glob("src/*/__init__.py")]
    assert packages == names.get(folder.name, [own])


def test_version_is_that_of_the_project(folder, pyproject):
    """The installed version is read from the file VERSION, its only place."""
    assert metadata.version(folder.name) == VERSION
    assert "version" not in pyproject["project"]
    assert pyproject["tool"]["hatch"]["version"]["path"] == "../../VERSION"


def test_own_distributions_are_pinned_to_the_release(pyproject):
    """Distributions require each other in the same year and month."""
    release = ".".join(VERSION.split(".")[:2])
    extras = pyproject["project"].get("optional-dependencies", {})
    needs = sum(extras.values(), pyproject["project"]["dependencies"])
    siblings = [need for need in needs if need.startswith("txaio")]
    assert [need.partition("==")[2] for need in siblings] == [
        f"{release}.*" for _ in siblings
    ]


def test_other_dependencies_have_a_minimum(pyproject):
    """Each has a lowest version, which `nox --session minimums` tests."""
    extras = pyproject["project"].get("optional-dependencies", {})
    needs = sum(extras.values(), pyproject["project"]["dependencies"])
    assert [
        need for need in needs if not need.startswith("txaio") and ">=" not in need
    ] == []


def test_requirements_of_the_tests_of_a_package(pyproject):
    """They are the same as those of the root project."""
    root = tomllib.loads((ROOT / "pyproject.toml").read_text())
    known = {*root["dependency-groups"]["test"]}
    for folder in FOLDERS:
        project = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
        known.update(project["dependencies"])
        known.update(*project.get("optional-dependencies", {}).values())
    needs = pyproject["dependency-groups"]["test"]
    others = {need for need in needs if not need.startswith("txaio")}
    assert "pytest>=9" in others
    assert others - known == set()


def test_licence_is_a_copy(folder):
    """An sdist has its own LICENSE: a file, not a link, with the project's text."""
    copy = folder / "LICENSE"
    assert not copy.is_symlink()
    assert copy.read_bytes() == (ROOT / "LICENSE").read_bytes()


def test_metadata_is_complete(folder):
    """It has what an index shows: summary, licence, Pythons and README."""
    found = metadata.metadata(folder.name)
    assert found["License-Expression"] == "MIT"
    assert found.get_all("License-File") == ["LICENSE"]
    assert found["Requires-Python"] == ">=3.11"
    assert found["Summary"]
    assert f"# {folder.name}" in found.get_payload()
    assert "Typing :: Typed" in found.get_all("Classifier")


def test_pythons_are_the_same_for_all(pyproject):
    """The noxfile reads them from one distribution, for all."""
    first = tomllib.loads((FOLDERS[0] / "pyproject.toml").read_text())

    def pythons(settings):
        classifiers = settings["project"]["classifiers"]
        return [line for line in classifiers if "Programming Language" in line]

    assert pythons(pyproject) == pythons(first)


def test_package_is_typed(folder):
    """The marker of PEP 561 is installed with the package."""
    for source in folder.glob("src/*"):
        package = importlib.import_module(source.name)
        assert Path(package.__file__).with_name("py.typed").is_file()


def test_lowest_twisted_is_the_same_in_the_code():
    """What requires Twisted, and what checks its version, agree."""
    path = ROOT / "packages/txaio-twisted/pyproject.toml"
    needs = tomllib.loads(path.read_text())["project"]["dependencies"]
    assert f"twisted>={LOWEST}" in needs


def test_module_txaio_requires_no_framework():
    """It requires the code of the backend on Twisted, and Twisted itself is optional.

    Programs that use it on Twisted require Twisted, and no extra of txaio.
    """
    requires = [Requirement(line) for line in metadata.requires("txaio") or []]
    always = {need.name for need in requires if need.marker is None}
    assert {"txaio-asyncio", "txaio-twisted-core"} < always
    assert all(name.startswith("txaio-") for name in always)
