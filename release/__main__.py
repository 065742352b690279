"""Make a release in a copy of the project, and check it; change nothing here.

With ``--write`` the version and the changelog are changed here as well, to be
committed.  With ``--tag`` the project is released as it is, and its commit has to have
that tag.  The files to publish are in build/release/out.
"""

from __future__ import annotations

import argparse
import difflib
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from release.archives import build, differences, rebuild, wrong_contents
from release.changelog import Changelog
from release.install_check import InstallCheck
from release.project import Project
from release.tag import check_order, check_tag


ROOT = Path(__file__).parents[1]
WORK = ROOT / "build" / "release"
OUT = WORK / "out"


def parse_arguments(arguments: list[str]) -> argparse.Namespace:
    """Return the parsed *arguments* of the command line."""
    parser = argparse.ArgumentParser("nox --session release --", description=__doc__)
    parser.add_argument("version", nargs="?", help="default: that in the file VERSION")
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument(
        "--write", action="store_true", help="change the files here as well"
    )
    mode.add_argument("--tag", help="release this tag without changes")
    return parser.parse_args(arguments)


def versioned_files(project: Project) -> list[str]:
    """Return the names of the files that contain the version of *project*."""
    settings = [f"packages/{it.name}/pyproject.toml" for it in project.folders]
    return ["CHANGELOG.md", "VERSION", *settings]


def show_changes(before: Project, after: Project) -> None:
    """Print the differences between the files of *before* and *after*."""
    for name in versioned_files(after):
        old, new = ((it.root / name).read_text() for it in (before, after))
        lines = difflib.unified_diff(
            old.splitlines(keepends=True),
            new.splitlines(keepends=True),
            name,
            name,
            n=1,
        )
        sys.stdout.writelines(lines)


def prepare(options: argparse.Namespace) -> Project:
    """Return a copy of the project that is ready to be released."""
    here = Project(ROOT)
    version = options.version or here.version
    if options.tag:
        check_tag(options.tag, here)
    check_order(version, here, ignore=options.tag)
    copy = here.copy(WORK / "tree")
    if not options.tag:
        copy.bump(version, f"{datetime.now(UTC):%Y-%m-%d}")
        show_changes(here, copy)
    return copy


def build_and_check(project: Project, epoch: str) -> Path:
    """Build and check the archives of *project*, and return their folder."""
    dist = OUT / "dist"
    again = WORK / "again"
    build(project, dist, SOURCE_DATE_EPOCH=epoch)
    rebuild(project, again, SOURCE_DATE_EPOCH=epoch)
    wrong = [f"{it} differs when built again" for it in differences(dist, again)]
    wrong += wrong_contents(project, dist)
    if wrong:
        raise ValueError("\n".join(wrong))
    files = sorted(map(str, dist.iterdir()))
    # txaio-twisted has no modules; `wrong_contents` has checked that.
    wheels = [it for it in files if it.endswith(".whl") and "txaio_twisted-" not in it]
    for tool in (
        ["twine", "check", "--strict", *files],
        ["check_wheel_contents", *wheels],
    ):
        subprocess.run([sys.executable, "-m", *tool], check=True)
    return dist


def main(arguments: list[str]) -> None:
    """Make and check a release, or exit with the reason why there is none."""
    options = parse_arguments(arguments)
    shutil.rmtree(WORK, ignore_errors=True)
    (OUT / "sbom").mkdir(parents=True)
    try:
        project = prepare(options)
        epoch = Project(ROOT).epoch
        notes = Changelog.read(project.root).section(project.version)
        (OUT / "notes.md").write_text(f"{notes}\n")
        dist = build_and_check(project, epoch)
        wheels = sorted(dist.glob("*.whl"))
        (OUT / "constraints.txt").write_text(
            "".join(f"{it.name.split('-')[0]} @ {it.as_uri()}\n" for it in wheels)
        )
        for folder in project.folders:
            check = InstallCheck(folder, project, dist, WORK)
            check.install()
            check.write_sbom(OUT / "sbom", epoch)
            check.run_tests()
    except subprocess.CalledProcessError as error:
        sys.exit(f"no release: {error}\n{error.stderr or ''}")
    except ValueError as error:
        sys.exit(f"no release: {error}")
    if options.write:
        for name in versioned_files(project):
            shutil.copyfile(project.root / name, ROOT / name)
    print(f"{project.version} can be released: {OUT.relative_to(ROOT)}")


if __name__ == "__main__":
    main(sys.argv[1:])
