"""A check of one distribution, installed from its archives alone."""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
import venv
from typing import TYPE_CHECKING

from release.project import settings_of, version_of


if TYPE_CHECKING:
    from pathlib import Path

    from release.project import Project


class InstallCheck:
    """A new environment for one distribution, and the checks in it."""

    def __init__(self, folder: Path, project: Project, dist: Path, work: Path) -> None:
        """Check the archives in *dist* of the distribution in *folder*; use *work*."""
        self.name = folder.name
        self._version = version_of(folder)
        self._project = project
        self._dist = dist
        self._env = work / "environments" / self.name
        self._unpacked = work / "unpacked"
        venv.create(self._env, clear=True, with_pip=False)
        scripts = "Scripts" if sys.platform == "win32" else "bin"
        self._python = str(self._env / scripts / "python")

    @property
    def _stem(self) -> str:
        return f"{self.name.replace('-', '_')}-{self._version}"

    def _install(self, *arguments: str) -> None:
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q"]
        into = [*pip, "--python", self._python, "install"]
        constraints = f"--constraint={self._dist.parent / 'constraints.txt'}"
        # Built from source, hypothesis would need a compiler.
        options = [constraints, "--only-binary=hypothesis"]
        subprocess.run([*into, *options, *arguments], check=True)

    def install(self) -> None:
        """Install the wheel with its requirements, and import it."""
        self._install(self.name)
        script = self._project.root / "tests-integration/packaging/import_alone.py"
        subprocess.run([self._python, "-I", str(script), self.name], check=True)

    def unpack(self) -> Path:
        """Unpack the sdist, and return its folder."""
        with tarfile.open(self._dist / f"{self._stem}.tar.gz") as sdist:
            sdist.extractall(self._unpacked, filter="data")
        return self._unpacked / self._stem

    def write_sbom(self, to: Path, epoch: str) -> None:
        """Write the SBOM of the environment into *to*: distributions and versions.

        Raises `ValueError` if it does not describe this distribution, or if it has
        paths of this machine.
        """
        # The SBOM would have the paths that our wheels were installed from.
        for direct_url in self._env.glob("**/txaio*.dist-info/direct_url.json"):
            direct_url.unlink()
        settings = (self.unpack() / "pyproject.toml").read_text()
        metadata = self._unpacked / f"{self._stem}.toml"
        metadata.write_text(
            settings.replace('dynamic = ["version"]', f'version = "{self._version}"')
        )
        path = to / f"{self._stem}.cdx.json"
        command = [sys.executable, "-m", "cyclonedx_py", "environment"]
        options = [
            "--output-reproducible",
            "--mc-type=library",
            f"--pyproject={metadata}",
        ]
        subprocess.run(
            [*command, *options, f"--output-file={path}", self._python],
            env={"SOURCE_DATE_EPOCH": epoch},
            check=True,
        )
        text = path.read_text()
        main = json.loads(text)["metadata"]["component"]
        if (main["name"], main["version"]) != (self.name, self._version):
            raise ValueError(f"{path.name} is about {main['name']} {main['version']}")
        if "file://" in text:
            raise ValueError(f"{path.name} names files of this machine")

    def run_tests(self) -> None:
        """Run the tests in the unpacked sdist, apart from the rest of the project."""
        folder = self.unpack()
        if "test" not in settings_of(folder).get("dependency-groups", {}):
            raise ValueError(f"{self.name} has no dependency group `test`")
        self._install(f"--group={folder / 'pyproject.toml'}:test")
        options = ["-q", "--import-mode=importlib", "-W", "error", "-p", "no:anyio"]
        subprocess.run(
            [self._python, "-m", "pytest", *options, "tests"], cwd=folder, check=True
        )
