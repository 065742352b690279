"""The txaio that the clients import."""

from __future__ import annotations

import subprocess
import sys
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

import txaio


ROOT = Path(__file__).parents[2]
VERSION = (ROOT / "VERSION").read_text().strip()


def test_txaio_is_ours():
    """It is this version, and no other is installed."""
    assert txaio.__version__ == VERSION
    assert metadata.version("txaio") == VERSION
    required = metadata.requires("txaio") or []
    assert "txaio-twisted-core" in " ".join(required)
    assert Path(txaio.__file__).parent.joinpath("_selection.py").is_file()


def test_environment_is_consistent():
    """The requirements of all installed distributions are met."""
    command = [sys.executable, "-m", "pip", "check"]
    run = subprocess.run(command, check=False, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr


def test_requirements_of_the_clients_are_met():
    """The requirements of the clients allow this version of txaio and later ones."""
    wanted = [
        Requirement(line)
        for client in ("autobahn", "crossbar", "zlmdb", "cfxdb")
        for line in metadata.requires(client) or []
    ]
    on_txaio = [one for one in wanted if one.name == "txaio"]
    assert on_txaio
    year, *_ = VERSION.split(".")
    for version in (VERSION, f"{int(year) + 1}.1.0"):
        assert all(one.specifier.contains(version) for one in on_txaio)
