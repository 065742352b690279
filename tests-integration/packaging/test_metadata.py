"""What every distribution says about itself."""

from __future__ import annotations

import importlib
import tomllib
from importlib import metadata
from pathlib import Path

import pytest


ROOT = Path(__file__).parents[2]
VERSION = (ROOT / "VERSION").read_text().strip()
FOLDERS = sorted(ROOT.glob("packages/*"))


@pytest.fixture(params=FOLDERS, ids=[folder.name for folder in FOLDERS])
def folder(request) -> Path:
    """Give the folder of each distribution in turn."""
    return request.param


@pytest.fixture
def pyproject(folder: Path) -> dict:
    """Give what its pyproject.toml says."""
    return tomllib.loads((folder / "pyproject.toml").read_text())


def test_distribution_bears_the_name_of_its_folder(folder, pyproject):
    """A distribution is found where its name says, and so is its package."""
    assert pyproject["project"]["name"] == folder.name
    assert (folder / "src" / folder.name.replace("-", "_") / "__init__.py").is_file()


def test_version_is_the_one_of_the_house(folder, pyproject):
    """The installed version and the file VERSION are one, and nothing else says it."""
    assert metadata.version(folder.name) == VERSION
    assert "version" not in pyproject["project"]
    assert pyproject["tool"]["hatch"]["version"]["path"] == "../../VERSION"


def test_siblings_are_pinned_to_the_release(pyproject):
    """Distributions of one release go together, whatever its patch level."""
    release = ".".join(VERSION.split(".")[:2])
    extras = pyproject["project"].get("optional-dependencies", {})
    needs = sum(extras.values(), pyproject["project"]["dependencies"])
    siblings = [need for need in needs if need.startswith("txaio")]
    assert [need.partition("==")[2] for need in siblings] == [
        f"{release}.*" for _ in siblings
    ]


def test_dependencies_of_others_have_a_floor(pyproject):
    """A lowest version is named for each, and tried by `nox --session minimums`."""
    extras = pyproject["project"].get("optional-dependencies", {})
    needs = sum(extras.values(), pyproject["project"]["dependencies"])
    assert [
        need for need in needs if not need.startswith("txaio") and ">=" not in need
    ] == []


def test_own_tests_need_what_the_whole_check_up_needs(pyproject):
    """An sdist says what its tests need, with the floors that are tried here."""
    check_up = tomllib.loads((ROOT / "pyproject.toml").read_text())
    known = {*check_up["dependency-groups"]["test"]}
    for folder in FOLDERS:
        project = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
        known.update(*project.get("optional-dependencies", {}).values())
    needs = pyproject["dependency-groups"]["test"]
    others = {need for need in needs if not need.startswith("txaio")}
    assert "pytest>=9" in others
    assert others - known == set()


def test_licence_is_a_true_copy(folder):
    """An sdist carries its own LICENSE: a real file, with the words of the house's."""
    copy = folder / "LICENSE"
    assert not copy.is_symlink()
    assert copy.read_bytes() == (ROOT / "LICENSE").read_bytes()


def test_metadata_is_complete(folder):
    """An index can show what it is, under which licence, for which Pythons."""
    found = metadata.metadata(folder.name)
    assert found["License-Expression"] == "MIT"
    assert found.get_all("License-File") == ["LICENSE"]
    assert found["Requires-Python"] == ">=3.11"
    assert found["Summary"]
    assert f"# {folder.name}" in found.get_payload()
    assert "Typing :: Typed" in found.get_all("Classifier")


def test_pythons_are_the_same_for_all(pyproject):
    """The matrix is read from one distribution's classifiers and holds for all."""
    first = tomllib.loads((FOLDERS[0] / "pyproject.toml").read_text())

    def pythons(settings):
        classifiers = settings["project"]["classifiers"]
        return [line for line in classifiers if "Programming Language" in line]

    assert pythons(pyproject) == pythons(first)


def test_package_is_typed(folder):
    """The marker of PEP 561 is installed with the package."""
    package = importlib.import_module(folder.name.replace("-", "_"))
    assert Path(package.__file__).with_name("py.typed").is_file()
