"""Sdists and wheels: made so that anybody can make them again, to the byte.

Run as a script, ``python -m release.archives FOLDER`` makes those in *FOLDER* again,
elsewhere and otherwise, and fails if anything comes out different.
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

from release.project import Project, settings_of


ROOT = Path(__file__).parents[1]
ELSEWHERE = {
    "LC_ALL": "C",
    "PYTHONHASHSEED": "1",
    "TZ": "Pacific/Kiritimati",
}
"""What the machine of somebody else may have otherwise."""


def build(project: Project, to: Path, **environment: str) -> None:
    """Build all sdists, and all wheels from the sdists, into the folder *to*."""
    command = [sys.executable, "-m", "build", "--no-isolation", f"--outdir={to}"]
    env = os.environ | environment
    for folder in project.folders:
        words = [*command, str(folder)]
        subprocess.run(words, env=env, capture_output=True, text=True, check=True)


def rebuild(project: Project, to: Path, **environment: str) -> None:
    """Build as `build` does, of a copy, as somebody would elsewhere."""
    before = os.umask(0o077)
    try:
        with tempfile.TemporaryDirectory(prefix="else where ") as folder:
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
            build(Project(root), to, **ELSEWHERE, **environment)
    finally:
        os.umask(before)


def differences(made: Path, again: Path) -> list[str]:
    """Return the names of the files in *again* that are not the same in *made*."""
    return sorted(
        it.name
        for it in again.iterdir()
        if not (made / it.name).is_file()
        or it.read_bytes() != (made / it.name).read_bytes()
    )


def inside(archive: Path) -> set[str]:
    """Return the names in a wheel, or those below the one folder in an sdist."""
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            return set(wheel.namelist())
    with tarfile.open(archive) as sdist:
        return {name.partition("/")[2] for name in sdist.getnames()}


def below(folder: Path) -> set[str]:
    """Return the paths of all files in *folder*."""
    return {
        it.relative_to(folder).as_posix() for it in folder.rglob("*") if it.is_file()
    }


def modules(folder: Path) -> set[str]:
    """Return the paths of what Python needs of the files in *folder*."""
    return {it for it in below(folder) if it.endswith((".py", "/py.typed"))}


def strangers(project: Project, dist: Path) -> list[str]:
    """Return what is in an archive and should not be, or should be and is not.

    *project* has to be a fresh copy: whatever is in a distribution's folder belongs
    into its sdist, and the modules in its ``src`` into its wheel.
    """
    found: list[str] = []
    for folder in project.folders:
        stem = f"{folder.name.replace('-', '_')}-{project.version}"
        info = {"METADATA", "RECORD", "WHEEL", "licenses/LICENSE"}
        if "entry-points" in settings_of(folder)["project"]:
            info.add("entry_points.txt")
        expected = {
            f"{stem}.tar.gz": below(folder) | {".gitignore", "PKG-INFO"},
            f"{stem}-py3-none-any.whl": modules(folder / "src")
            | {f"{stem}.dist-info/{name}" for name in info},
        }
        for name, names in expected.items():
            there = inside(dist / name)
            found += [f"{name} has {it}" for it in sorted(there - names)]
            found += [f"{name} lacks {it}" for it in sorted(names - there)]
    return found


def main(dist: Path) -> None:
    """Exit with 1 unless the archives in *dist* come out the same once more."""
    with tempfile.TemporaryDirectory() as folder:
        rebuild(Project(ROOT), Path(folder))
        different = differences(dist, Path(folder))
    if different:
        sys.exit(f"not the same when built again: {', '.join(different)}")
    print("Every archive is the same, to the byte, when it is built elsewhere.")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
