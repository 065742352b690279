"""All checks: `nox` runs them, `nox --session NAME` runs one session.

The sessions run on every Python that the classifiers name; those that are not
installed are skipped, and listed at the end.
Our distributions are built once and installed as wheels, never from an index.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import nox
import nox.registry


nox.needs_version = ">=2026.8"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.download_python = "never"
nox.options.error_on_missing_interpreters = False
nox.options.allow_parallel = True
# One more than can run, as some tests wait for real timers.
nox.options.parallel = (os.cpu_count() or 1) + 1

# Have uv trust the certificates that the system trusts.
os.environ.setdefault("UV_SYSTEM_CERTS", "true")
# A shell has programs in the background ignore SIGINT, which some tests raise.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
# libuv's threads that poll for the kernel took half of the time of uvloop's tests.
os.environ.setdefault("UV_USE_IO_URING", "0")
# Without bytecode each process would compile everything again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

ROOT = Path(__file__).parent
BUILD = ROOT / "build"
DIST = BUILD / "dist"
CONSTRAINTS = BUILD / "constraints.txt"
EXAMPLES = [ROOT / "docs/examples" / name for name in ("keepalive", "jsonrpc")]
SETTINGS = nox.project.load_toml(ROOT / "pyproject.toml")
FOLDERS = {folder.name: folder for folder in sorted(ROOT.glob("packages/*"))}
FOLDERS |= {f"txaio-example-{folder.name}": folder for folder in EXAMPLES}
OWN = {
    name: nox.project.load_toml(folder / "pyproject.toml")
    for name, folder in FOLDERS.items()
}
PROJECTS = {name: settings["project"] for name, settings in OWN.items()}
TESTED = [name for name in FOLDERS if any(FOLDERS[name].glob("tests/test_*.py"))]
LOOPS = {
    "txaio-asyncio": ["asyncio", "uvloop"],
    "txaio-twisted": ["twisted", "twisted-asyncioreactor"],
    "txaio-anyio": ["anyio-asyncio", "anyio-uvloop", "anyio-trio"],
}
MAIN_LOOPS = ["asyncio", "twisted", "anyio-trio"]
"""One loop of each backend.

They are used on PyPy, where each test takes three times as long or longer, and for the
tests of libraries on all Pythons but the newest.
"""

THREADS = "t" if sysconfig.get_config_var("Py_GIL_DISABLED") else ""
RUNNING = f"{sys.version_info.major}.{sys.version_info.minor}{THREADS}"
"""The version of the Python that runs nox."""
if sys.implementation.name == "pypy":
    RUNNING = f"pypy{RUNNING}"


def pythons() -> list[str]:
    """Return the Pythons that the classifiers name, and the one that runs this."""
    project = PROJECTS["txaio-interfaces"]
    named = nox.project.python_versions({"project": project})
    if (
        "Programming Language :: Python :: Implementation :: PyPy"
        in project["classifiers"]
    ):
        # Its sessions take longest, so they start first.
        named.insert(0, "pypy3.11")
    return list(dict.fromkeys([*named, RUNNING]))


PYTHONS = pythons()
PYPY_JIT = ["--jit", "threshold=10000,function_threshold=15000"]
"""Compile what runs ten times as often as by default: most tests run briefly."""


def is_installed(python: str) -> bool:
    """Return whether there is a program of that name, and it starts.

    pyenv has programs for all versions, and those that are not selected only fail.
    """
    program = shutil.which(f"python{python}")
    if program is None:
        return False
    command = [program, "-c", ""]
    done = subprocess.run(command, capture_output=True, check=False)
    return done.returncode == 0


def version(python: str) -> tuple[int, ...]:
    """Return the version of a *python* such as 3.14, 3.14t or pypy3.11."""
    return tuple(map(int, python.removeprefix("pypy").rstrip("t").split(".")))


INSTALLED = sorted(
    (name for name in PYTHONS if not name.startswith("pypy") and is_installed(name)),
    key=version,
)
NEWEST = INSTALLED[-1] if INSTALLED else None
"""The newest CPython that is installed; None, the one that runs nox, if there is none
that has its version in its name."""


def has_monitoring(python: str | None) -> bool:
    """Tell whether a *python* such as 3.14 measures coverage by ``sys.monitoring``."""
    return version(python or RUNNING) >= (3, 14)


def on_pypy(session: nox.Session) -> bool:
    """Tell whether the *session* runs on PyPy: no uvloop there, no coverage."""
    return str(session.python or sys.implementation.name).startswith("pypy")


def measures_coverage(session: nox.Session) -> bool:
    """Tell whether the *session* measures coverage, which slows it down.

    It does from Python 3.14 on, where that costs little, and on the newest.  It does on
    the Python that runs nox, too, unless the same tests run on 3.14 or newer.
    """
    if on_pypy(session):
        return False
    if has_monitoring(session.python):
        return True
    repeated = ("integration-", "minimums", "old_pytest", "unit-")
    if session.name.startswith(repeated) and has_monitoring(NEWEST):
        return False
    return session.python in (None, RUNNING, NEWEST)


def has_uvloop(session: nox.Session) -> bool:
    """Tell whether there is a uvloop for the Python and the system of *session*."""
    return not on_pypy(session) and sys.platform != "win32"


def group(name: str, settings: dict[str, Any] = SETTINGS) -> list[str]:
    """Return the requirements of a dependency group."""
    return list(nox.project.dependency_groups(settings, name))


def extras(session: nox.Session, package: str) -> dict[str, list[str]]:
    """Return the extras of *package* that the Python of *session* can install."""
    defined = PROJECTS[package].get("optional-dependencies", {})
    missing = set() if has_uvloop(session) else {"uvloop"}
    return {name: defined[name] for name in defined if name not in missing}


def with_extras(session: nox.Session, package: str) -> str:
    """Return the requirement of *package* with its extras."""
    return f"{package}[{','.join(extras(session, package))}]"


def install(session: nox.Session, *requirements: str) -> None:
    """Install *requirements*, our distributions from the wheels that were built."""
    # Built from source, hypothesis would need a compiler.
    options = [f"--constraint={CONSTRAINTS}", "--only-binary=hypothesis"]
    session.install(*options, *requirements)


def pytest(
    session: nox.Session,
    *arguments: str,
    suffix: str = "",
    python: Sequence[str] = (),
    **options: Any,
) -> None:
    """Run pytest, write its report, and measure coverage if the session does.

    If a session does so twice, a *suffix* distinguishes the names of the reports.
    Python is started with the options in *python*.
    """
    name = Path(session.virtualenv.location).name + suffix
    coverage = ["coverage", "run", f"--data-file={BUILD}/coverage/data", "-m"]
    # By default the folders of all processes are in one, and each deletes old ones.
    # Not below this one, whose settings would apply to what tests write there.
    with TemporaryDirectory() as folder:
        session.run(
            "python",
            *(PYPY_JIT if on_pypy(session) else []),
            *python,
            "-m",
            *(coverage if measures_coverage(session) else []),
            "pytest",
            "-q",
            f"--basetemp={folder}/pytest-of-{name}",
            f"--junitxml={BUILD}/reports/{name}.xml",
            *arguments,
            *session.posargs,
            **options,
        )


def predecessor(session: nox.Session) -> dict[str, str]:
    """Install txaio 26.6 into a folder, and return the variable that names it."""
    folder = str(BUILD / "predecessor")
    session.install("--target", folder, "--no-deps", "txaio==26.6.1")
    return {"TXAIO_PREDECESSOR": folder}


LONG = ["leaks", "signals", "soak"]
"""The folders of what is run for long, and in a short form once, by `short_forms`."""

LOOP_INDEPENDENT = ["mutants", "test_contract_coverage.py"]
"""Tests that depend neither on the loop nor on the Python; `together` runs them."""

SLOW_PLUGIN_TESTS = {
    "test_blocking",
    "test_cancel_points",
    "test_conformance",
    "test_conformance_broken",
    "test_debugger",
    "test_given",
    "test_hang",
}
"""The files that take most of the time of the plugin's tests."""


def loops_of(session: nox.Session, package: str) -> list[str]:
    """Return the loops of *package* that are tested by default."""
    if on_pypy(session):
        return [loop for loop in LOOPS[package] if loop in MAIN_LOOPS]
    has_all = has_uvloop(session)
    return [loop for loop in LOOPS[package] if has_all or "uvloop" not in loop]


def run_conformance(
    session: nox.Session, loops: Iterable[str], left_out: Iterable[str] = ()
) -> None:
    """Run the tests that all backends have in common, but for those *left_out*."""
    others = ["packaging", *LONG, *left_out]
    ignored = [f"--ignore=tests-integration/{name}" for name in others]
    # Hypothesis, of no use here, would be imported at the end.
    ignored.append("-pno:hypothesispytest")
    backends = f"--txaio-backends={','.join(loops)}"
    pytest(session, "tests-integration", *ignored, backends)


def run_conformance_of(session: nox.Session, package: str) -> None:
    """Run the tests that depend on the backend of *package*."""
    left_out = [*LOOP_INDEPENDENT]
    if package != "txaio-anyio" or not (on_pypy(session) or session.python == "3.11"):
        # They compare loops, and of the loops of one backend only AnyIO's differ much.
        # `together` runs them on the newest Python.
        left_out.append("random_programs")
    run_conformance(session, loops_of(session, package), left_out)


@nox.session
def wheels(session: nox.Session) -> None:
    """Build every sdist, and every wheel from its sdist, for the other sessions."""
    session.install(*group("wheels"))
    shutil.rmtree(BUILD, ignore_errors=True)
    command = ["python", "-m", "build", "--no-isolation", f"--outdir={DIST}"]
    for folder in FOLDERS.values():
        session.run(*command, str(folder), silent=True)
    ours = {wheel.name.split("-")[0]: wheel.as_uri() for wheel in DIST.glob("*.whl")}
    CONSTRAINTS.write_text("".join(f"{name} @ {uri}\n" for name, uri in ours.items()))


@nox.session(python="3.11", requires=["wheels"])
@nox.parametrize("package", [*LOOPS], ids=LOOPS)
def minimums(session: nox.Session, package: str) -> None:
    """Run the conformance tests with the lowest versions that a backend accepts."""
    needed = sum(extras(session, package).values(), PROJECTS[package]["dependencies"])
    others = [need for need in needed if not need.startswith("txaio")]
    lowest = [need.replace(">=", "==") for need in others]
    ours = [with_extras(session, package), "pytest-txaio", "txaio-primitives"]
    install(session, *ours, *lowest, *group("test"))
    run_conformance_of(session, package)
    if package == "txaio-twisted":
        # Most programs that import txaio use Twisted, and many an old version.
        install(session, "txaio", *group("test", OWN["txaio"]), *lowest)
        pytest(session, str(FOLDERS["txaio"] / "tests"), suffix="-txaio")


@nox.session(python=NEWEST, requires=["wheels"])
def together(session: nox.Session) -> None:
    """Run the conformance tests on all backends in one environment and one process."""
    backends = [with_extras(session, name) for name in LOOPS]
    install(session, *backends, "pytest-txaio", "txaio-primitives", *group("test"))
    loops = [loop for package in LOOPS for loop in loops_of(session, package)]
    run_conformance(session, loops)


@nox.session(python=NEWEST, requires=["wheels"], default=False)
def modes(session: nox.Session) -> None:
    """Run the conformance tests with -X dev, with -O, and with eager tasks."""
    backends = [with_extras(session, name) for name in LOOPS]
    install(session, *backends, "pytest-txaio", *group("test"))
    run = partial(pytest, session, "tests-integration/test_conformance.py")
    virtual = "--txaio-backends=asyncio,twisted,twisted-asyncioreactor,anyio-asyncio"
    for mode in (["-X", "dev"], ["-O"]):
        # Only the asserts of tests are executed with -O, and pytest says so.
        allowed = "-Wignore:assertions not in test modules"
        run(f"{virtual},anyio-trio", allowed, suffix=mode[-1], python=mode)
    if session.python != "3.11":
        env = {"PYTHONPATH": "tests-integration"}
        run(virtual, "-peager_tasks", suffix="-eager", env=env)


@nox.session(requires=["wheels"])
def short_forms(session: nox.Session) -> None:
    """Run the sessions `leaks`, `signals` and `soak` for a short time, on all loops."""
    backends = [with_extras(session, name) for name in LOOPS]
    ours = ["pytest-txaio", "txaio-primitives", *backends]
    install(session, *ours, *group("test"))
    folders = [f"tests-integration/{name}" for name in LONG]
    pytest(session, *folders, "--txaio-backends=all")


def old_settings() -> list[str]:
    """Return options for an old pytest, which does not have all of our settings."""
    file = FOLDERS["pytest-txaio"] / "tests" / "old_pytest.ini"
    return [f"-c{file}", f"--rootdir={ROOT}"]


# The sessions from here to `demo` take minutes: begun last, they would run alone.


@nox.session(requires=["wheels"])
def old_pytest(session: nox.Session) -> None:
    """Run the tests of our plugin with the lowest pytest that it accepts."""
    needed = PROJECTS["pytest-txaio"]["dependencies"]
    lowest = [need.replace(">=", "==") for need in needed if need.startswith("pytest")]
    own = [*group("test", OWN["pytest-txaio"]), *group("coverage")]
    needs = [need for need in own if not need.startswith("pytest")]
    install(session, with_extras(session, "pytest-txaio"), *lowest, *needs)
    tests = FOLDERS["pytest-txaio"] / "tests"
    left_out = f"--ignore={tests}/test_conformance_broken.py"
    pytest(session, *old_settings(), left_out, str(tests))


@nox.session(requires=["wheels"])
def programs(session: nox.Session) -> None:
    """Install programs that use txaio as published, and ours as the README says."""
    session.install(*group("programs"))
    env = {"TXAIO_WHEELS": str(DIST)}
    folder = ROOT / "tests-integration" / "packaging"
    names = ("test_programs.py", "test_printed_install.py")
    pytest(session, *(str(folder / name) for name in names), env=env)


@nox.session(requires=["wheels"])
def downstream(session: nox.Session) -> None:
    """Run programs that use txaio 26.6, unmodified, on this txaio."""
    # Crossbar and AnyIO require different versions of idna: AnyIO is left out.
    install(session, "txaio", *group("downstream"), *group("test"))
    env = predecessor(session)
    # pytest-asyncio is for Autobahn's tests, not for ours.
    folder = "tests-integration/downstream"
    pytest(session, "-pno:asyncio", folder, f"--ignore={folder}/clients", env=env)


@nox.session(requires=["wheels"])
def docs(session: nox.Session) -> None:
    """Build the documentation, and run every example in it."""
    backends = [with_extras(session, name) for name in LOOPS]
    ours = ["txaio", "pytest-txaio", "txaio-primitives", *backends]
    install(session, *ours, *group("docs"), *group("test"))
    session.run("sphinx-build", "-qnW", "docs", str(BUILD / "docs"))
    pytest(session, "docs/tests")


@nox.session(requires=["wheels"])
def build(session: nox.Session) -> None:
    """Check the distributions: metadata, contents, imports, reproducibility."""
    install(session, *PROJECTS, *group("build"), *group("test"))
    files = sorted(map(str, DIST.iterdir()))
    session.run("twine", "check", "--strict", *files)
    # txaio-twisted has no modules; `release.archives` checks what a wheel contains.
    wheels = [it for it in files if it.endswith(".whl") and "txaio_twisted-" not in it]
    session.run("check-wheel-contents", *wheels)
    session.run("python", "-m", "release.archives", str(DIST))
    pytest(session, "tests-integration/packaging")


@nox.session(requires=["wheels"])
def demo(session: nox.Session) -> None:
    """Run two libraries on seven event loops, over real sockets, and print tables."""
    backends = [with_extras(session, name) for name in LOOPS]
    for example in EXAMPLES:
        install(session, f"txaio-example-{example.name}", *backends)
        session.run("python", str(example / "demo.py"), *session.posargs)


@nox.session(python=PYTHONS, requires=["wheels"])
@nox.parametrize("package", [*LOOPS], ids=LOOPS)
def integration(session: nox.Session, package: str) -> None:
    """Run the conformance tests on a backend that is installed alone."""
    ours = [with_extras(session, package), "pytest-txaio", "txaio-primitives"]
    install(session, *ours, *group("test"))
    run_conformance_of(session, package)


@nox.session(python="pypy3.11", requires=["wheels"], default=False)
def pypy_rest(session: nox.Session) -> None:
    """Run on PyPy the conformance tests on the other loops, and slow plugin tests."""
    ours = ["pytest-txaio", "txaio-primitives", *LOOPS]
    needed = [*group("test"), *group("test", OWN["pytest-txaio"])]
    install(session, *(with_extras(session, name) for name in ours), *needed)
    all_loops = [loop for package in LOOPS for loop in LOOPS[package]]
    loops = [it for it in all_loops if it not in MAIN_LOOPS and "uvloop" not in it]
    run_conformance(session, loops, [*LOOP_INDEPENDENT, "random_programs"])
    # `test_conformance_broken` would take six minutes; it tests the conformance tests.
    for name in sorted(SLOW_PLUGIN_TESTS - {"test_conformance_broken"}):
        file = FOLDERS["pytest-txaio"] / "tests" / f"{name}.py"
        pytest(session, str(file), suffix=f"-{name}")


@nox.session(requires=["wheels"])
def types(session: nox.Session) -> None:
    """Check the types of the packages and of programs that use them, and the API."""
    ours = ["txaio", "pytest-txaio", "txaio-primitives"]
    ours += [with_extras(session, name) for name in LOOPS]
    install(session, *ours, *group("types"))
    session.run("mypy")
    for example in EXAMPLES:
        # Each by itself, as modules of their applications and tests have equal names.
        session.run("mypy", str(example))
    # Without this it would look for a newer version, and use other settings.
    quiet = {"PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"}
    session.run("pyright", "--project=pyproject.toml", env=quiet)
    session.run("ty", "check")
    packages = sorted(folder.name for folder in ROOT.glob("packages/*/src/*/"))
    session.run("python", "-m", "release.public_api", *packages, env=quiet)


@nox.session(python=PYTHONS, requires=["wheels"])
@nox.parametrize("package", TESTED, ids=TESTED)
def unit(session: nox.Session, package: str) -> None:
    """Run a package's own tests, with nothing else installed."""
    needed = [*group("test", OWN[package]), *group("coverage")]
    install(session, with_extras(session, package), *needed)
    tests = str(FOLDERS[package] / "tests")
    on_some = on_pypy(session) or NEWEST not in (None, session.python)
    backends = f"--txaio-backends={','.join(MAIN_LOOPS) if on_some else 'all'}"
    if package == "txaio-primitives":
        # One backend more, which was written for the tests of the plugin.
        heap = {"PYTHONPATH": str(FOLDERS["pytest-txaio"] / "tests")}
        backends += ",heap" * on_some
        pytest(session, tests, "-pheap_plugin", backends, env=heap)
    elif package == "txaio-example-jsonrpc":
        pytest(session, tests, backends)
    elif package == "pytest-txaio":
        files = sorted(Path(tests).glob("test_*.py"))
        if on_pypy(session):
            # In one process they take a gigabyte, and each collection longer.
            for file in files:
                if file.stem not in SLOW_PLUGIN_TESTS:
                    pytest(session, str(file), suffix=f"-{file.stem}")
        else:
            pytest(session, *map(str, files))
    else:
        pytest(session, tests)


@nox.session(requires=["wheels"])
def other_plugins(session: nox.Session) -> None:
    """Run the plugin together with other plugins that run coroutine functions."""
    others = group("others", OWN["pytest-txaio"])
    install(session, with_extras(session, "pytest-txaio"), *others, *group("coverage"))
    # The tests load them where they need them.
    without = [f"-pno:{name}" for name in ("asyncio", "trio", "twisted")]
    tests = FOLDERS["pytest-txaio"] / "tests"
    pytest(session, *without, str(tests / "test_other_plugins.py"))


@nox.session(requires=["wheels"])
@nox.parametrize("version", ["0.24.0", "1.0.0"])
def old_asyncio(session: nox.Session, version: str) -> None:
    """Run the plugin together with pytest-asyncio that replaces async fixtures."""
    own = [*group("test", OWN["pytest-txaio"]), *group("coverage")]
    needs = [need for need in own if not need.startswith("pytest")]
    old = ["pytest==8.2.0", f"pytest-asyncio=={version}"]
    install(session, with_extras(session, "pytest-txaio"), *old, *needs)
    tests = FOLDERS["pytest-txaio"] / "tests" / "test_other_plugins.py"
    pytest(session, *old_settings(), "-pno:asyncio", str(tests))


@nox.session(requires=["wheels"])
def testing_guide(session: nox.Session) -> None:
    """Follow the guide on tests in an environment with only what it installs."""
    install(session, "pytest-txaio[all]")
    script = ROOT / "tests-integration" / "packaging" / "follow_page.py"
    page = ROOT / "docs" / "how-to" / "test.md"
    # In another folder, as the settings of this project would apply here.
    with TemporaryDirectory() as folder:
        session.run("python", str(script), str(page), folder)


@nox.session
def lint(session: nox.Session) -> None:
    """Check style, spelling, workflows and imports."""
    session.install(*group("lint"))
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")
    session.run("codespell")
    session.run("zizmor", "--offline", "--quiet", "--persona=auditor", ".github")
    sources = os.pathsep.join(map(str, ROOT.glob("packages/*/src")))
    session.run("lint-imports", "--no-cache", env={"PYTHONPATH": sources})


@nox.session(requires=["wheels"])
@nox.parametrize("distribution", [*PROJECTS], ids=PROJECTS)
def alone(session: nox.Session, distribution: str) -> None:
    """Install a distribution into an empty environment, and import it."""
    install(session, distribution)
    script = ROOT / "tests-integration" / "packaging" / "import_alone.py"
    session.run("python", "-I", str(script), distribution)


@nox.session(allow_parallel=False)
def coverage(session: nox.Session) -> None:
    """Combine the coverage of all sessions, which has to be complete."""
    session.install(*group("coverage"))
    data = f"--data-file={BUILD}/coverage/data"
    session.run("coverage", "combine", "--keep", "-q", data, f"{BUILD}/coverage")
    session.run("coverage", "report", data)


@nox.session(requires=["wheels"], default=False, allow_parallel=False)
def clients(session: nox.Session) -> None:
    """Run daphne and magic-wormhole, unmodified, on txaio 26.6 and on this txaio.

    It takes half a minute alone, and three times that beside others, so it is no part
    of `tests`.
    Of the programs in `downstream`, Crossbar restricts the versions of many others.
    """
    install(session, "txaio", *group("clients"), *group("test"))
    env = predecessor(session)
    pytest(session, "tests-integration/downstream/clients", env=env)


@nox.session(requires=["wheels"], default=False, allow_parallel=False)
def bench(session: nox.Session) -> None:
    """Compare timers, futures, locks, logs and a server, in a quarter of an hour."""
    backends = [with_extras(session, name) for name in LOOPS]
    install(session, "txaio", "txaio-primitives", *backends, *group("bench"))
    arguments = session.posargs or ["--out=docs/benchmarks"]
    session.run("python", "-m", "benchmarks", *arguments, env=predecessor(session))


@nox.session(requires=["wheels"], default=False)
def fuzz(session: nox.Session) -> None:
    """Run random programs on all backends: -- NUMBER [--first SEED] [--coarse]."""
    backends = [with_extras(session, name) for name in LOOPS]
    install(session, "pytest-txaio", "txaio-primitives", *backends)
    session.chdir("tests-integration")
    session.run("python", "-m", "random_programs", *(session.posargs or ["20000"]))


@nox.session(requires=["wheels"], default=False)
def leaks(session: nox.Session) -> None:
    """Do each operation 1,000 times, and count objects that are left: -- ROUNDS."""
    backends = [with_extras(session, name) for name in LOOPS]
    ours = ["pytest-txaio", "txaio-primitives", *backends]
    install(session, *ours, *group("test"))
    env = {"TXAIO_LEAK_ROUNDS": (session.posargs or ["1000"])[0]}
    session.run("python", "-m", "pytest", "-q", "tests-integration/leaks", env=env)


@nox.session(requires=["wheels"], default=False)
def mutants(session: nox.Session) -> None:
    """Change the core in small ways, and look for failing tests: -- MODULE..."""
    backends = [with_extras(session, name) for name in LOOPS]
    ours = ["pytest-txaio", "txaio-primitives", *backends]
    install(session, *ours, *group("test"))
    session.chdir("tests-integration")
    session.run("python", "-m", "mutants", *session.posargs)


@nox.session(requires=["wheels"], default=False)
def signals(session: nox.Session) -> None:
    """End 200 busy programs on each loop by signals: -- NUMBER [--seed SEED]."""
    install(session, *(with_extras(session, name) for name in LOOPS))
    session.chdir("tests-integration")
    session.run("python", "-m", "signals", *(session.posargs or ["200"]))


@nox.session(requires=["wheels"], default=False)
def soak(session: nox.Session) -> None:
    """Have 20,000 connections with timers for ten minutes: -- SECONDS."""
    backends = [with_extras(session, name) for name in LOOPS]
    install(session, *backends, "matplotlib")
    samples = BUILD / "soak.jsonl"
    samples.unlink(missing_ok=True)
    session.chdir("tests-integration")
    arguments = session.posargs or ["600"]
    session.run("python", "-m", "soak", *arguments, f"--samples={samples}")
    if not session.posargs:
        session.chdir(ROOT)
        session.run("python", "-m", "benchmarks.soak_chart", str(samples))


@nox.session(default=False, allow_parallel=False)
def release(session: nox.Session) -> None:
    """Make a release in a copy, and show its changes: -- VERSION [--write]."""
    session.install(*group("release"))
    session.run("python", "-m", "release", *session.posargs)


def session_names(name: str) -> list[str]:
    """Return the names of the sessions of the function *name*, one for each package."""
    if name == "minimums":
        return [f"{name}({package})" for package in LOOPS]
    packages = {"integration": LOOPS, "unit": TESTED}.get(name)
    if packages is None:
        return [name]
    return [f"{name}-{python}({it})" for python in PYTHONS for it in packages]


def repeated_sessions() -> list[str]:
    """Return the sessions of which others run most, on the same Python or on others.

    They run only if they are asked for.
    """
    older = INSTALLED[:-1]
    # `old_pytest` runs most of these tests, on the Python that runs nox.
    repeated = [f"unit-{python}(pytest-txaio)" for python in older]
    if "3.11" in older:
        # `minimums` runs these tests, with the lowest versions.
        repeated += [f"integration-3.11({package})" for package in LOOPS]
    if set(older) - {"3.11"}:
        # `together` runs these tests, and on the others `integration` does.
        repeated += [f"integration-{NEWEST}({package})" for package in LOOPS]
    return repeated


def mostly_sleeps(name: str) -> bool:
    """Return whether a session has many tests on uvloop, which has no virtual time."""
    is_conformance = name.startswith(("integration-3", "minimums"))
    return is_conformance and "twisted" not in name and sys.platform != "win32"


def default_sessions() -> list[str]:
    """Return the sessions that run by default, in their order.

    The longest is among the first.  Sessions that mostly sleep are distributed among
    the others, which use the processors meanwhile.
    """
    busy: list[str] = []
    sleeping: list[str] = []
    repeated = repeated_sessions()
    for name, function in nox.registry.get().items():
        for each in session_names(name) if function.default else ():
            if each not in repeated:
                (sleeping if mostly_sleeps(each) else busy).append(each)
    longest = f"unit-{NEWEST}(pytest-txaio)"
    if longest in busy:
        busy.remove(longest)
        busy.insert(0, longest)
    if sleeping:
        # The last fifth are short: a session that sleeps would then run alone.
        gap = len(busy) * 4 // 5 // len(sleeping)
        for number, each in enumerate(sleeping):
            busy.insert(number * (gap + 1), each)
    return busy


nox.options.sessions = default_sessions()
