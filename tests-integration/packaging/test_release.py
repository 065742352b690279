"""What stands in the way of a release that is wrong."""

from __future__ import annotations

import shutil
import subprocess
import tarfile
import zipfile
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from release import stable_api
from release.archives import differences, strangers
from release.changelog import Changelog
from release.project import Project
from release.tag import check_order, check_tag


if TYPE_CHECKING:
    from pathlib import Path

CHANGELOG = """# Changelog

## [Unreleased]

### Added

- txaio-one: `txaio_one.new`.

## [26.11.0] - 2026-11-01

### Added

- txaio-one: `txaio_one.old`.
"""
PYPROJECT = """[project]
name = "txaio-one"
dependencies = ["txaio-two==26.11.*", "other>=1"]
"""
MODULE = '__all__ = ["function"]\n\n\ndef function(one, two):\n    pass\n'


def git(root: Path, *words: str) -> None:
    """Run git in *root*, as somebody."""
    who = ["-c", "user.name=somebody", "-c", "user.email=somebody@example.org"]
    command = ["git", *who, *words]
    subprocess.run(command, cwd=root, check=True)


@pytest.fixture
def root(tmp_path) -> Path:
    """The folder of a project of one distribution, which was released once."""
    files = {
        "CHANGELOG.md": CHANGELOG,
        "VERSION": "26.11.0\n",
        "packages/txaio-one/pyproject.toml": PYPROJECT,
        "packages/txaio-one/src/txaio_one/__init__.py": MODULE,
        "packages/txaio-one/src/txaio_one/py.typed": "",
        "packages/txaio-one/tests/test_one.py": "",
    }
    for name, text in files.items():
        path = tmp_path / "project" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    git(tmp_path, "init", "--quiet", "project")
    git(tmp_path / "project", "add", ".")
    git(tmp_path / "project", "commit", "--quiet", "--message=All there is")
    git(tmp_path / "project", "tag", "v26.11.0")
    return tmp_path / "project"


@pytest.fixture
def project(root) -> Project:
    """The project itself."""
    return Project(root)


def test_bump_says_the_version_in_its_one_place(project):
    """The version, the pins on siblings and the changelog's heading go together."""
    project.bump("27.1.0", "2027-01-09")
    pyproject = (project.folders[0] / "pyproject.toml").read_text()
    assert project.version == "27.1.0"
    assert '"txaio-two==27.1.*", "other>=1"' in pyproject
    changelog = Changelog.read(project.root)
    assert list(changelog.parts) == ["Unreleased", "27.1.0", "26.11.0"]
    assert changelog.parts["Unreleased"] == ""
    assert changelog.of("27.1.0") == "### Added\n\n- txaio-one: `txaio_one.new`."
    assert "## [27.1.0] - 2027-01-09\n" in changelog.text


@pytest.mark.parametrize(
    "version", ["27.13.0", "27.01.0", "27.1.00", "v27.1.0", "27.1", "27.1.0a"]
)
def test_bump_takes_calendar_versions_only(project, version):
    """What is no year, month and count is refused, and nothing is changed."""
    with pytest.raises(ValueError, match=r"is not year\.month\.count"):
        project.bump(version, "2027-01-09")
    assert project.version == "26.11.0"


def test_release_needs_words_in_the_changelog(project):
    """Nobody should have to guess what is new."""
    project.bump("26.12.0", "2026-12-01")
    with pytest.raises(ValueError, match=r"says nothing below \[Unreleased\]"):
        project.bump("26.12.1", "2026-12-02")
    with pytest.raises(ValueError, match=r"has a part for 26\.12\.0 already"):
        project.bump("26.12.0", "2026-12-02")
    with pytest.raises(ValueError, match=r"says nothing of 26.12.1: .*--write"):
        Changelog.read(project.root).of("26.12.1")


def test_copy_has_what_git_tracks(project, tmp_path):
    """What lies about beside it is not released."""
    (project.root / "notes.txt").write_text("mine")
    copy = project.copy(tmp_path / "copy")
    assert (copy.root / "VERSION").is_file()
    assert not (copy.root / "notes.txt").exists()


def test_tag_bears_the_version(project):
    """A tag that says something else than VERSION stops the release."""
    check_tag("v26.11.0", project)
    with pytest.raises(ValueError, match=r"releases what says 26.11.0.*v26.11.0"):
        check_tag("v26.12.0", project)


def test_tag_is_on_the_commit(project):
    """What is released is what was tagged."""
    git(project.root, "commit", "--quiet", "--allow-empty", "--message=More")
    with pytest.raises(ValueError, match=r"there is no tag v26\.11\.0 on this"):
        check_tag("v26.11.0", project)


@pytest.mark.parametrize("version", ["26.11.0", "26.2.5"])
def test_versions_rise(project, version):
    """What was released, or is older, is not released again."""
    check_order("26.11.1", project)
    with pytest.raises(ValueError, match=rf"{version} is not above 26\.11\.0"):
        check_order(version, project)
    check_order(version, project, but="v26.11.0")


def archives(dist: Path, *more: str, less: str = "") -> Path:
    """Return *dist*, with the archives of the one distribution, as they should be."""
    dist.mkdir()
    with tarfile.open(dist / "txaio_one-26.11.0.tar.gz", "w:gz") as sdist:
        names = ["pyproject.toml", "src/txaio_one/__init__.py", "tests/test_one.py"]
        names += ["src/txaio_one/py.typed", ".gitignore", "PKG-INFO"]
        for name in {*names, *more} - {less}:
            sdist.addfile(tarfile.TarInfo(f"txaio_one-26.11.0/{name}"), BytesIO())
    with zipfile.ZipFile(dist / "txaio_one-26.11.0-py3-none-any.whl", "w") as wheel:
        names = ["METADATA", "RECORD", "WHEEL", "licenses/LICENSE"]
        names = [f"txaio_one-26.11.0.dist-info/{name}" for name in names]
        names += ["txaio_one/__init__.py", "txaio_one/py.typed"]
        for name in {*names, *more} - {less}:
            wheel.writestr(name, "")
    return dist


def test_archives_have_what_belongs_into_them(project, tmp_path):
    """An sdist is the folder, with its tests; a wheel what is in src."""
    assert strangers(project, archives(tmp_path / "dist")) == []


def test_wrong_file_is_found(project, tmp_path):
    """A file that came into an archive by chance is named."""
    dist = archives(tmp_path / "dist", "txaio_one/secret.env")
    assert strangers(project, dist) == [
        "txaio_one-26.11.0.tar.gz has txaio_one/secret.env",
        "txaio_one-26.11.0-py3-none-any.whl has txaio_one/secret.env",
    ]


@pytest.mark.parametrize("name", ["tests/test_one.py", "txaio_one/py.typed"])
def test_missing_file_is_found(project, tmp_path, name):
    """An sdist without its tests, or a wheel without its marker, is no release."""
    (found,) = strangers(project, archives(tmp_path / "dist", less=name))
    assert found.endswith(f" lacks {name}")


@pytest.mark.parametrize("name", ["notes.txt", "_module.pyc", "_draft.py.orig"])
def test_only_modules_are_installed(project, tmp_path, name):
    """What is beside the modules is no part of a package, though git tracks it."""
    (project.folders[0] / "src/txaio_one" / name).write_text("")
    dist = archives(tmp_path / "dist", f"txaio_one/{name}")
    assert f"txaio_one-26.11.0-py3-none-any.whl has txaio_one/{name}" in strangers(
        project, dist
    )


def test_archives_are_compared_to_the_byte(tmp_path):
    """A file that came out different, or is not there at all, is named."""
    for folder, texts in {"made": ["a", "b"], "again": ["a", "B", "c"]}.items():
        (tmp_path / folder).mkdir()
        for number, text in enumerate(texts):
            (tmp_path / folder / f"{number}.whl").write_text(text)
    assert differences(tmp_path / "made", tmp_path / "again") == ["1.whl", "2.whl"]


def test_before_the_first_release_nothing_breaks(root, capsys):
    """The public API is compared with the last tag, once there is one."""
    git(root, "tag", "--delete", "v26.11.0")
    stable_api.main(root)
    assert "no release yet" in capsys.readouterr().out


@pytest.mark.parametrize(
    "changed",
    ['__all__ = ["function"]\n\n\ndef function(one):\n    pass\n', "__all__ = []\n"],
    ids=["a parameter", "a function"],
)
def test_what_breaks_callers_is_found(root, capsys, changed):
    """What is gone since the last tag is named, unless the changelog names it."""
    stable_api.main(root)
    assert "Nothing broke since v26.11.0" in capsys.readouterr().out
    (root / "packages/txaio-one/src/txaio_one/__init__.py").write_text(changed)
    with pytest.raises(SystemExit, match=r"Since v26\.11\.0:\ntxaio_one\.function: "):
        stable_api.main(root)
    words = "### Removed\n\n- txaio-one: `txaio_one.function(two)`.\n\n### Added"
    (root / "CHANGELOG.md").write_text(CHANGELOG.replace("### Added", words, 1))
    stable_api.main(root)


def test_changes_of_the_last_release_excuse_nothing(root, capsys):
    """A break is named where what is new since the tag is told."""
    (root / "packages/txaio-one/src/txaio_one/__init__.py").write_text("__all__ = []\n")
    words = "### Removed\n\n- txaio-one: `txaio_one.function(two)`.\n"
    _new, old = CHANGELOG.split("## [26.11.0]")
    text = f"# Changelog\n\n## [Unreleased]\n\n## [26.11.0]{old}\n{words}"
    (root / "CHANGELOG.md").write_text(text)
    with pytest.raises(SystemExit, match=r"txaio_one\.function: "):
        stable_api.main(root)
    newer = text.replace(
        "## [26.11.0]", f"## [26.12.0] - 2026-12-01\n\n{words}\n## [26.11.0]"
    )
    (root / "CHANGELOG.md").write_text(newer)
    stable_api.main(root)
    assert "Nothing broke" in capsys.readouterr().out


def test_package_that_is_gone(root):
    """A whole package that is no longer there breaks whoever imports it."""
    shutil.rmtree(root / "packages/txaio-one/src")
    with pytest.raises(SystemExit, match=r"\ntxaio_one: Package was removed\n"):
        stable_api.main(root)


def test_distribution_that_is_new_breaks_nothing(root, capsys):
    """It is compared from its first release on."""
    package = root / "packages/txaio-two/src/txaio_two"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(MODULE)
    stable_api.main(root)
    assert "Nothing broke" in capsys.readouterr().out
