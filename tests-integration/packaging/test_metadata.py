"""The metadata of every distribution."""

from __future__ import annotations

import importlib
import re
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from release.project import Project

from txaio_twisted._requirement import LOWEST


ROOT = Path(__file__).parents[2]
VERSION = (ROOT / "VERSION").read_text().strip()
INTERFACES_VERSION = (ROOT / "packages/txaio-interfaces/VERSION").read_text().strip()
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
    """The installed version is read from a file VERSION, its only place."""
    is_interfaces = folder.name == "txaio-interfaces"
    version = INTERFACES_VERSION if is_interfaces else VERSION
    assert metadata.version(folder.name) == version
    assert "version" not in pyproject["project"]
    path = "VERSION" if is_interfaces else "../../VERSION"
    assert pyproject["tool"]["hatch"]["version"]["path"] == path


def requirements(pyproject: dict) -> list[Requirement]:
    """Return all requirements of a distribution, and those of its tests."""
    lists = [
        pyproject["project"]["dependencies"],
        *pyproject["project"].get("optional-dependencies", {}).values(),
        [it for it in pyproject["dependency-groups"]["test"] if isinstance(it, str)],
    ]
    return [Requirement(need) for needs in lists for need in needs]


def test_own_distributions_are_required_as_is_promised(pyproject):
    """The interfaces by their major version, txaio-common exactly, others at least.

    Only those that use txaio-common have to be of the same year and month.
    """
    year, month, _count = VERSION.split(".")
    major, minor, _patch = INTERFACES_VERSION.split(".")
    expected = {
        "txaio-interfaces": f">={major}.{minor},<{int(major) + 1}",
        "txaio-common": f"=={year}.{month}.*",
    }
    own = [need for need in requirements(pyproject) if need.name.startswith("txaio")]
    wrong = [
        str(need)
        for need in own
        if need.specifier != SpecifierSet(expected.get(need.name, f">={VERSION}"))
    ]
    assert wrong == []


def test_users_of_txaio_common_require_it(folder, pyproject):
    """What it is made of may change each month."""
    names = {Requirement(need).name for need in pyproject["project"]["dependencies"]}
    sources = [path.read_text() for path in folder.glob("src/**/*.py")]
    imports = re.compile(r"^\s*(?:from|import) txaio_common\b", re.MULTILINE)
    own = folder.name == "txaio-common"
    uses = any(imports.search(text) for text in sources) and not own
    assert ("txaio-common" in names) == uses


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
    ours = ("txaio", "pytest-txaio")
    others = {need for need in needs if not need.startswith(ours)}
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


def test_addresses_are_those_of_the_repository(pyproject):
    """An index shows links to the documentation, source, changelog and issues."""
    assert pyproject["project"]["urls"] == Project(ROOT).urls


def test_address_in_the_readme_is_that_of_the_repository():
    """The file REPOSITORY is the only place, and the README clones from there."""
    readme = (ROOT / "README.md").read_text()
    named = re.findall(r"^\$ git clone (\S+)$", readme, re.MULTILINE)
    assert named == [Project(ROOT).repository]


def test_readme_says_how_to_install_it(folder):
    """The page on an index begins with a sentence and a command."""
    text = (folder / "README.md").read_text()
    command = rf"^pip install \"?{folder.name}(?:\[\w+\])?\"?$"
    assert re.search(command, text, re.MULTILINE)


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
