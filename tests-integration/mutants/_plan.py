"""The modules that are mutated, and the tests that run on them."""

from __future__ import annotations

from pathlib import Path


ROOT = Path(__file__).parents[2]
CONFORMANCE = "packages/pytest-txaio/src/pytest_txaio/conformance"

FOLDERS = {
    "txaio_common": "packages/txaio-common",
    "txaio_asyncio": "packages/txaio-asyncio",
    "txaio_twisted": "packages/txaio-twisted-core",
    "txaio_anyio": "packages/txaio-anyio",
}
LOOPS = {
    "txaio_common": "asyncio,twisted,anyio-trio",
    "txaio_asyncio": "asyncio",
    "txaio_twisted": "twisted",
    "txaio_anyio": "anyio-trio,anyio-asyncio",
}
"""The loops on which the conformance tests run."""

NAMES = {
    "txaio_common": (
        "buckets bucket_runs batched timers combinators shield futures cancellation"
        " cancel_scope scopes base_future base_task outcome future_driver await_cycles"
        " failures main clocks thread_errors"
    ),
    "txaio_asyncio": "task scope driver native threads future",
    "txaio_twisted": "task future driver queue failures wall_clock",
    "txaio_anyio": "task future driver scheduler scope asyncio trio",
}
MODULES = [f"{package}._{it}" for package in NAMES for it in NAMES[package].split()]


def package_of(module: str) -> str:
    """Return the package that *module* is in."""
    return module.partition(".")[0]


def source(module: str) -> str:
    """Return the file of *module*, in the tree."""
    package, _, name = module.partition(".")
    return f"{FOLDERS[package]}/src/{package}/{name}.py"


def tests(root: Path, package: str) -> list[str]:
    """Return the files with tests of *package*, of the contract, and for leaks.

    They are those of the tree, or of a copy, in *root*.
    """
    folders = (f"{FOLDERS[package]}/tests", CONFORMANCE, "tests-integration/leaks")
    paths = [path for it in folders for path in sorted(root.glob(f"{it}/test_*.py"))]
    return [str(it.relative_to(root)) for it in paths if "logging" not in it.name]
