"""Distributions of this year beside those of the next one.

The wheels of the next year are built from a copy with other versions, in which
`ITimers` has one more method.
"""

from __future__ import annotations

from contextlib import chdir
from pathlib import Path

import hatchling.build
import pytest
from environments import Environment
from release.project import Project, version_of


ROOT = Path(__file__).parents[2]
HERE = Project(ROOT)
NAMES = [folder.name for folder in HERE.folders]
EXAMPLE = "docs/examples/keepalive"
YEAR, MONTH, _COUNT = HERE.version.split(".")
NEXT = f"{int(YEAR) + 1}.1.0"
MAJOR, MINOR, _PATCH = version_of(HERE.interfaces).split(".")
NEXT_INTERFACES = f"{MAJOR}.{int(MINOR) + 1}.0"
CHANGELOG = "## [Unreleased]\n\n### Added\n\n- txaio-interfaces: `ITimers.call_soon`.\n"
METHOD = '''
    def call_soon(
        self, func: Callable[P, object], /, *args: P.args, **kwargs: P.kwargs
    ) -> IDelayedCall:
        """Call *func* with the arguments as soon as possible."""
        return self.call_later(0, func, *args, **kwargs)

    @abstractmethod
    def sleep('''
PROGRAM = """
import asyncio, txaio_anyio, txaio_asyncio, txaio_twisted, txaio
from keepalive import KeepAlive

async def library(txa):
    peer = KeepAlive(txa, interval=0.02, timeout=0.02, bucket=0.02).add(str, str)
    await peer.gone()
    if not hasattr(txa, "call_soon"):
        return "works"
    called = txa.create_future()
    txa.call_soon(txa.resolve, called, "works, with call_soon")
    return await called

for backend in (txaio_asyncio, txaio_twisted, txaio_anyio):
    print(backend.run(library))

async def legacy():
    return await txaio.as_future(str, "works")

txaio.use_asyncio()
print(asyncio.run(legacy()))
"""


def build(project: Project, to: Path) -> Path:
    """Build the wheels of all distributions, and of the example, into *to*."""
    for folder in [*project.folders, project.root / EXAMPLE]:
        with chdir(folder):
            hatchling.build.build_wheel(str(to))
    return to


@pytest.fixture(scope="module")
def this_year(tmp_path_factory) -> Path:
    """Give the folder with the wheels of this year."""
    folder = tmp_path_factory.mktemp("this_year")
    return build(HERE.copy(folder / "tree"), folder / "wheels")


@pytest.fixture(scope="module")
def next_year(tmp_path_factory) -> Path:
    """Give the folder with the wheels of the next year."""
    folder = tmp_path_factory.mktemp("next_year")
    project = HERE.copy(folder / "tree")
    (project.root / "CHANGELOG.md").write_text(CHANGELOG)
    project.bump(NEXT, "2099-01-01", NEXT_INTERFACES)
    timers = project.interfaces / "src/txaio_interfaces/_timers.py"
    before = "\n    @abstractmethod\n    def sleep("
    text = timers.read_text()
    assert text.count(before) == 1
    timers.write_text(text.replace(before, METHOD))
    return build(project, folder / "wheels")


@pytest.fixture(scope="module")
def empty(tmp_path_factory) -> Environment:
    """Give an environment without anything of ours."""
    return Environment.make(tmp_path_factory.mktemp("environments") / "empty")


@pytest.fixture(scope="module")
def all_of_this_year(empty, this_year) -> Environment:
    """Give an environment with all distributions of this year, and the example."""
    made = empty.copy(empty.folder.with_name("all"))
    made.install("txaio-example-keepalive", *NAMES, wheels=[this_year])
    return made


@pytest.fixture
def environment(all_of_this_year, tmp_path) -> Environment:
    """Give a copy of that environment."""
    return all_of_this_year.copy(tmp_path / "environment")


def run_program(environment: Environment) -> list[str]:
    """Run the program, which has to succeed, and return the lines of its output."""
    done = environment.run("-W", "error", "-c", PROGRAM)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def is_consistent(environment: Environment) -> bool:
    """Ask ``pip check`` whether all requirements are met."""
    return environment.pip("check").returncode == 0


def test_library_and_backends_with_newer_interfaces(environment, next_year):
    """A library on `>=1.0,<2` runs on them; a new method has its implementation."""
    assert run_program(environment) == ["works"] * 4
    out = environment.install("--upgrade", "txaio-interfaces", wheels=[next_year])
    assert "incompatible" not in out
    found = environment.versions()
    assert found["txaio-interfaces"] == NEXT_INTERFACES
    assert found["txaio-common"] == HERE.version
    assert is_consistent(environment)
    assert run_program(environment) == [*["works, with call_soon"] * 3, "works"]


@pytest.mark.parametrize(
    "name", ["txaio-asyncio", "txaio-twisted", "txaio-anyio", "txaio", "pytest-txaio"]
)
def test_upgrade_of_what_is_installed_alone(
    empty, this_year, next_year, tmp_path, name
):
    """A distribution, and what it requires, goes to the next year together."""
    made = empty.copy(tmp_path / "environment")
    made.install(name, wheels=[this_year])
    out = made.install("--upgrade", name, wheels=[this_year, next_year])
    assert "incompatible" not in out
    found = made.versions()
    assert found.pop("txaio-interfaces") == NEXT_INTERFACES
    assert {*found.values()} == {NEXT}
    assert is_consistent(made)


@pytest.mark.parametrize("name", NAMES)
def test_upgrade_of_one_beside_others(environment, next_year, name):
    """If it leads to two releases of what uses txaio-common, pip reports them."""
    out = environment.install("--upgrade", name, wheels=[next_year])
    mixed = environment.versions()["txaio-common"] == NEXT
    free = {"txaio-interfaces", "txaio-primitives", "pytest-txaio"}
    assert mixed == (name not in free)
    pinned = f"requires txaio-common=={YEAR}.{MONTH}.*, but you have txaio-common"
    assert (f"{pinned} {NEXT} which is incompatible." in out) == mixed
    assert is_consistent(environment) != mixed
    assert len(run_program(environment)) == 4


def test_one_command_mends_two_releases(environment, next_year):
    """`python -m txaio` prints it."""
    environment.install("--upgrade", "txaio-common", wheels=[next_year])
    report = environment.run("-m", "txaio")
    assert report.returncode == 1
    command = report.stdout.splitlines()[-1]
    assert command.startswith("pip install --upgrade ")
    environment.install(*command.split()[2:], wheels=[next_year])
    assert is_consistent(environment)
    assert environment.run("-m", "txaio").returncode == 0
