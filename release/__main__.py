"""Make a release in a copy of the project, and try it: nothing here is changed.

With ``--write`` the version and the changelog are changed here, too, to be committed;
with ``--tag`` the project has to be ready as it is, and to bear that tag.
What would be published is left in build/release/out.
"""

from __future__ import annotations

import argparse
import difflib
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from release.archives import build, differences, rebuild, strangers
from release.changelog import Changelog
from release.project import Project
from release.tag import check_order, check_tag
from release.trial import Trial


ROOT = Path(__file__).parents[1]
WORK = ROOT / "build" / "release"
OUT = WORK / "out"


def arguments(words: list[str]) -> argparse.Namespace:
    """Return what *words* ask for."""
    parser = argparse.ArgumentParser("nox --session release --", description=__doc__)
    parser.add_argument("version", nargs="?", help="default: what VERSION says")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--write", action="store_true", help="say the version here, too")
    how.add_argument("--tag", help="release this tag, and change nothing")
    return parser.parse_args(words)


def changed(project: Project) -> list[str]:
    """Return the names of the files that say the version of *project*."""
    settings = [f"packages/{it.name}/pyproject.toml" for it in project.folders]
    return ["CHANGELOG.md", "VERSION", *settings]


def show(before: Project, after: Project) -> None:
    """Print how the files of *after* differ from those of *before*."""
    for name in changed(after):
        old, new = ((it.root / name).read_text() for it in (before, after))
        lines = difflib.unified_diff(
            old.splitlines(keepends=True),
            new.splitlines(keepends=True),
            name,
            name,
            n=1,
        )
        sys.stdout.writelines(lines)


def prepare(wanted: argparse.Namespace) -> Project:
    """Return a copy of the project that is ready to be released."""
    here = Project(ROOT)
    version = wanted.version or here.version
    if wanted.tag:
        check_tag(wanted.tag, here)
    check_order(version, here, but=wanted.tag)
    copy = here.copy(WORK / "tree")
    if not wanted.tag:
        copy.bump(version, f"{datetime.now(UTC):%Y-%m-%d}")
        show(here, copy)
    return copy


def publishable(project: Project, epoch: str) -> Path:
    """Return the folder of the archives of *project*, which were built and checked."""
    dist = OUT / "dist"
    again = WORK / "again"
    build(project, dist, SOURCE_DATE_EPOCH=epoch)
    rebuild(project, again, SOURCE_DATE_EPOCH=epoch)
    wrong = [f"{it} differs when built again" for it in differences(dist, again)]
    wrong += strangers(project, dist)
    if wrong:
        raise ValueError("\n".join(wrong))
    files = sorted(map(str, dist.iterdir()))
    for tool in (
        ["twine", "check", "--strict", *files],
        ["check_wheel_contents", str(dist)],
    ):
        subprocess.run([sys.executable, "-m", *tool], check=True)
    return dist


def main(words: list[str]) -> None:
    """Do what *words* ask for, or exit with what stands in the way."""
    wanted = arguments(words)
    shutil.rmtree(WORK, ignore_errors=True)
    (OUT / "sbom").mkdir(parents=True)
    try:
        project = prepare(wanted)
        epoch = Project(ROOT).epoch
        notes = Changelog.read(project.root).of(project.version)
        (OUT / "notes.md").write_text(f"{notes}\n")
        dist = publishable(project, epoch)
        wheels = sorted(dist.glob("*.whl"))
        (OUT / "constraints.txt").write_text(
            "".join(f"{it.name.split('-')[0]} @ {it.as_uri()}\n" for it in wheels)
        )
        for folder in project.folders:
            trial = Trial(folder, project, dist, WORK)
            trial.install()
            trial.list_parts(OUT / "sbom", epoch)
            trial.test()
    except subprocess.CalledProcessError as error:
        sys.exit(f"no release: {error}\n{error.stderr or ''}")
    except ValueError as error:
        sys.exit(f"no release: {error}")
    if wanted.write:
        for name in changed(project):
            shutil.copyfile(project.root / name, ROOT / name)
    print(f"{project.version} can be released: {OUT.relative_to(ROOT)}")


if __name__ == "__main__":
    main(sys.argv[1:])
