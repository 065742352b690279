"""Sdists and wheels, built reproducibly: each build gives the same bytes.

``python -m release.archives FOLDER`` builds those in *FOLDER* again, in another folder
and another environment, and fails if a byte differs.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

from release.project import Project, settings_of, version_of


ROOT = Path(__file__).parents[1]
OTHER_ENVIRONMENT = {
    "LC_ALL": "C",
    "PYTHONHASHSEED": "1",
    "TZ": "Pacific/Kiritimati",
}
"""Environment variables that may differ on another machine."""


def build(project: Project, to: Path, **environment: str) -> None:
    """Build all sdists, and all wheels from the sdists, into the folder *to*."""
    command = [sys.executable, "-m", "build", "--no-isolation", f"--outdir={to}"]
    env = os.environ | environment
    for folder in project.folders:
        arguments = [*command, str(folder)]
        subprocess.run(arguments, env=env, capture_output=True, text=True, check=True)


def rebuild(project: Project, to: Path, **environment: str) -> None:
    """Build as `build` does, but from a copy and in another environment."""
    before = os.umask(0o077)
    try:
        with tempfile.TemporaryDirectory(prefix="another folder ") as folder:
            root = Path(folder, "a copy")
            compiled = shutil.ignore_patterns("__pycache__")
            shutil.copytree(
                project.root / "packages",
                root / "packages",
                ignore=compiled,
                copy_function=shutil.copyfile,
            )
            for name in (".gitignore", "VERSION"):
                shutil.copyfile(project.root / name, root / name)
            build(Project(root), to, **OTHER_ENVIRONMENT, **environment)
    finally:
        os.umask(before)


def differences(made: Path, again: Path) -> list[str]:
    """Return the names of the files in *again* that differ from those in *made*."""
    return sorted(
        it.name
        for it in again.iterdir()
        if not (made / it.name).is_file()
        or it.read_bytes() != (made / it.name).read_bytes()
    )


def names_in(archive: Path) -> set[str]:
    """Return the names in a wheel, or those in the top folder of an sdist."""
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            return set(wheel.namelist())
    with tarfile.open(archive) as sdist:
        return {name.partition("/")[2] for name in sdist.getnames()}


def files_in(folder: Path) -> set[str]:
    """Return the paths of all files in *folder*."""
    return {
        it.relative_to(folder).as_posix() for it in folder.rglob("*") if it.is_file()
    }


def modules_in(folder: Path) -> set[str]:
    """Return the paths of the modules in *folder*, and of its ``py.typed``."""
    return {it for it in files_in(folder) if it.endswith((".py", "/py.typed"))}


def wrong_contents(project: Project, dist: Path) -> list[str]:
    """Return the files that an archive contains but should not, or the reverse.

    *project* has to be a new copy: an sdist contains all files of the distribution's
    folder, and a wheel the modules in its ``src``.
    """
    found: list[str] = []
    for folder in project.folders:
        stem = f"{folder.name.replace('-', '_')}-{version_of(folder)}"
        info = {"METADATA", "RECORD", "WHEEL", "licenses/LICENSE"}
        if "entry-points" in settings_of(folder)["project"]:
            info.add("entry_points.txt")
        expected = {
            f"{stem}.tar.gz": files_in(folder) | {".gitignore", "PKG-INFO"},
            f"{stem}-py3-none-any.whl": modules_in(folder / "src")
            | {f"{stem}.dist-info/{name}" for name in info},
        }
        for name, names in expected.items():
            contents = names_in(dist / name)
            found += [f"{name} has {it}" for it in sorted(contents - names)]
            found += [f"{name} lacks {it}" for it in sorted(names - contents)]
    return found


def main(dist: Path) -> None:
    """Exit with 1 if the archives in *dist* differ when they are built again."""
    with tempfile.TemporaryDirectory() as folder:
        rebuild(Project(ROOT), Path(folder))
        different = differences(dist, Path(folder))
    if different:
        sys.exit(f"different when built again: {', '.join(different)}")
    print("Every archive has the same bytes when it is built again.")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
