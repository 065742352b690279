"""Make a release in a copy of the project, and check it; change nothing here.

txaio-interfaces has a version of its own: ``--interfaces`` gives it a new one, which it
needs if it has changed since the last release; otherwise it is not released.

With ``--write`` the versions and the changelog are changed here as well, to be
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
from release.interfaces import is_released
from release.project import INTERFACES, Project, version_of
from release.stable_api import last_tag
from release.tag import check_order, check_tag


ROOT = Path(__file__).parents[1]
WORK = ROOT / "build" / "release"
OUT = WORK / "out"


def parse_arguments(arguments: list[str]) -> argparse.Namespace:
    """Return the parsed *arguments* of the command line."""
    parser = argparse.ArgumentParser("nox --session release --", description=__doc__)
    parser.add_argument("version", nargs="?", help="default: that in the file VERSION")
    parser.add_argument(
        "--interfaces", metavar="VERSION", help="the new version of txaio-interfaces"
    )
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument(
        "--write", action="store_true", help="change the files here as well"
    )
    mode.add_argument("--tag", help="release this tag without changes")
    options = parser.parse_args(arguments)
    if options.tag and options.interfaces:
        parser.error("with --tag, every version is as it is in the files")
    return options


def versioned_files(project: Project) -> list[str]:
    """Return the names of the files that contain a version of *project*."""
    settings = [f"packages/{it.name}/pyproject.toml" for it in project.folders]
    interfaces = f"packages/{INTERFACES}/VERSION"
    return ["CHANGELOG.md", "VERSION", interfaces, *settings]


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


def has_new_interfaces(options: argparse.Namespace) -> bool:
    """Tell whether txaio-interfaces is released, too.

    Raises `ValueError` if its version does not fit what has changed in it.
    """
    here = Project(ROOT)
    version = options.interfaces or version_of(here.interfaces)
    return is_released(here, last_tag(ROOT, ignore=options.tag), version)


def withdraw(folder: Path) -> None:
    """Do not release the distribution in *folder*, as its version was released."""
    stem = f"{folder.name.replace('-', '_')}-{version_of(folder)}"
    for path in OUT.glob(f"*/{stem}*"):
        path.unlink()
    print(f"{folder.name} {version_of(folder)} is as it was, and not released again")


def prepare(options: argparse.Namespace) -> Project:
    """Return a copy of the project that is ready to be released."""
    here = Project(ROOT)
    version = options.version or here.version
    if options.tag:
        check_tag(options.tag, here)
    check_order(version, here, ignore=options.tag)
    has_new_interfaces(options)
    copy = here.copy(WORK / "tree")
    if not options.tag:
        copy.bump(version, f"{datetime.now(UTC):%Y-%m-%d}", options.interfaces)
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
        if not has_new_interfaces(options):
            withdraw(project.interfaces)
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
