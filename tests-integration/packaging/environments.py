"""Environments into which tests install our wheels, without an index."""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
import venv
from importlib import metadata
from pathlib import Path


OWN = ("txaio", "pytest_txaio", "__editable__", "_txaio", "jsonrpc_peer", "keepalive")
"""The beginnings of the names that our wheels have in an environment."""


class Environment:
    """An environment that has what this one has, but nothing of ours."""

    def __init__(self, folder: Path) -> None:
        """Use the environment in *folder*."""
        self.folder = folder
        scripts = "Scripts" if sys.platform == "win32" else "bin"
        self.python = str(folder / scripts / "python")

    @classmethod
    def make(cls, folder: Path) -> Environment:
        """Make an environment in *folder*."""
        venv.create(folder, with_pip=False)
        others = folder / "others"
        others.mkdir()
        for entry in Path(sysconfig.get_path("purelib")).iterdir():
            if not entry.name.startswith(OWN) and entry.suffix != ".pth":
                (others / entry.name).symlink_to(entry)
        made = cls(folder)
        made.site_packages.joinpath("others.pth").write_text(f"{others}\n")
        return made

    @property
    def site_packages(self) -> Path:
        """The folder of what is installed."""
        values = {"base": str(self.folder), "platbase": str(self.folder)}
        return Path(sysconfig.get_path("purelib", "venv", values))

    def copy(self, folder: Path) -> Environment:
        """Return a copy in *folder*."""
        shutil.copytree(self.folder, folder, symlinks=True)
        return Environment(folder)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run Python with the *arguments*."""
        command = [self.python, *arguments]
        return subprocess.run(
            command, cwd=self.folder, capture_output=True, text=True, check=False
        )

    def pip(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run pip, which is among what this environment has, with the *arguments*."""
        return self.run("-m", "pip", "--disable-pip-version-check", *arguments)

    def install(self, *arguments: str, wheels: list[Path]) -> str:
        """Install from the folders *wheels*, and return what pip says."""
        options = [f"--find-links={folder}" for folder in wheels]
        options += ["--no-index", "--progress-bar=off"]
        done = self.pip("install", *options, *arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr

    def versions(self) -> dict[str, str]:
        """Return the versions of our distributions, by name."""
        found = metadata.distributions(path=[str(self.site_packages)])
        return {each.name: each.version for each in found}
