"""The checks that prevent a wrong release."""

from __future__ import annotations

import shutil
import subprocess
import tarfile
import zipfile
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
import release.__main__
from release import stable_api
from release.archives import differences, files_in, wrong_contents
from release.changelog import Changelog
from release.interfaces import is_released
from release.project import Project, settings_of, version_of
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
dependencies = [
    "other>=26.11.0",
    "pytest-txaio[x]>=26.11.0",
    "txaio-interfaces>=1.0,<2",
    "txaio-two==26.11.*",
]

[project.urls]
Source = "https://example.org/former"

[tool.hatch.version]
path = "../../VERSION"
"""
INTERFACES = """class IOne:
    def one(self): ...

__all__ = ["IOne"]
"""
MODULE = '__all__ = ["function"]\n\n\ndef function(one, two):\n    pass\n'


def git(root: Path, *arguments: str) -> None:
    """Run git in *root*, with a name and an address."""
    user = ["-c", "user.name=A User", "-c", "user.email=user@example.org"]
    command = ["git", *user, *arguments]
    subprocess.run(command, cwd=root, check=True)


@pytest.fixture
def root(tmp_path) -> Path:
    """The folder of a project with one distribution and one release."""
    files = {
        "CHANGELOG.md": CHANGELOG,
        "README.md": "```console\n$ git clone https://example.org/former\n```\n",
        "REPOSITORY": "https://example.org/one\n",
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
    git(tmp_path / "project", "commit", "--quiet", "--message=First")
    git(tmp_path / "project", "tag", "v26.11.0")
    return tmp_path / "project"


@pytest.fixture
def project(root) -> Project:
    """The project in that folder."""
    return Project(root)


def test_bump_changes_all_files(project):
    """It changes the version, the requirements and the changelog's heading."""
    project.bump("27.1.0", "2027-01-09")
    assert project.version == "27.1.0"
    assert settings_of(project.folders[0])["project"]["dependencies"] == [
        "other>=26.11.0",
        "pytest-txaio[x]>=27.1.0",
        "txaio-interfaces>=1.0,<2",
        "txaio-two==27.1.*",
    ]
    assert settings_of(project.folders[0])["project"]["urls"] == {
        "Documentation": "https://example.org/one/tree/main/docs",
        "Source": "https://example.org/one",
        "Changelog": "https://example.org/one/blob/main/CHANGELOG.md",
        "Issues": "https://example.org/one/issues",
    }
    clone = "$ git clone https://example.org/one\n"
    assert clone in (project.root / "README.md").read_text()
    changelog = Changelog.read(project.root)
    assert list(changelog.sections) == ["Unreleased", "27.1.0", "26.11.0"]
    assert changelog.sections["Unreleased"] == ""
    assert changelog.section("27.1.0") == "### Added\n\n- txaio-one: `txaio_one.new`."
    assert "## [27.1.0] - 2027-01-09\n" in changelog.text


@pytest.mark.parametrize(
    "version", ["27.13.0", "27.01.0", "27.1.00", "v27.1.0", "27.1", "27.1.0a"]
)
def test_bump_accepts_only_calendar_versions(project, version):
    """Another version than year, month and count raises, and nothing is changed."""
    with pytest.raises(ValueError, match=r"is not year\.month\.count"):
        project.bump(version, "2027-01-09")
    assert project.version == "26.11.0"


@pytest.fixture
def interfaces(root) -> Path:
    """The folder of txaio-interfaces 1.4.2 in the project, as it was released."""
    folder = root / "packages/txaio-interfaces"
    files = {
        "VERSION": "1.4.2\n",
        "pyproject.toml": '[tool.hatch.version]\npath = "VERSION"\n',
        "src/txaio_interfaces/__init__.py": INTERFACES,
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    git(root, "add", ".")
    git(root, "commit", "--quiet", "--message=Interfaces")
    git(root, "tag", "--force", "v26.11.0")
    return folder


def test_bump_of_the_interfaces(project, interfaces):
    """They get a version of their own, from which on our distributions need them."""
    project.bump("27.1.0", "2027-01-09", "1.5.0")
    assert version_of(interfaces) == "1.5.0"
    one = project.root / "packages/txaio-one"
    assert version_of(one) == "27.1.0"
    assert "txaio-interfaces>=1.5,<2" in settings_of(one)["project"]["dependencies"]
    notes = Changelog.read(project.root).section("27.1.0")
    assert notes.startswith("With txaio-interfaces 1.5.0.\n\n### Added\n")


def test_bump_leaves_the_interfaces(project, interfaces):
    """Without a new version they keep theirs."""
    project.bump("27.1.0", "2027-01-09")
    assert version_of(interfaces) == "1.4.2"


@pytest.mark.parametrize("version", ["1.5", "0.5.0", "1.05.0", "27.1.0.0", "v1.5.0"])
def test_interfaces_accept_only_semantic_versions(project, interfaces, version):
    """Another version than major, minor and patch raises, and nothing is changed."""
    with pytest.raises(ValueError, match=r"is not major\.minor\.patch"):
        project.bump("27.1.0", "2027-01-09", version)
    with pytest.raises(ValueError, match=r"is not major\.minor\.patch"):
        is_released(project, None, version)
    assert (project.version, version_of(interfaces)) == ("26.11.0", "1.4.2")


def test_interfaces_before_the_first_release(project, interfaces):
    """They are released with the first tag, and if they had no version of their own."""
    assert is_released(project, None, "1.4.2")
    git(project.root, "rm", "--quiet", "--cached", str(interfaces / "VERSION"))
    git(project.root, "commit", "--quiet", "--message=As before")
    assert is_released(project, "HEAD", "1.4.2")


def test_interfaces_that_did_not_change(project, interfaces):
    """They are not released again, whatever their tests are, and need no version."""
    (interfaces / "tests").mkdir()
    (interfaces / "tests/test_one.py").touch()
    assert not is_released(project, "v26.11.0", "1.4.2")
    with pytest.raises(ValueError, match=r"has not changed since v26.11.0: it stays 1"):
        is_released(project, "v26.11.0", "1.4.3")


def test_unchanged_interfaces_are_withdrawn(interfaces, monkeypatch, tmp_path):
    """Their archives, and the SBOM, are not among the files to publish."""
    kept = {"dist/txaio_one-26.12.0.tar.gz", "sbom/txaio_one-26.12.0.cdx.json"}
    withdrawn = {
        "dist/txaio_interfaces-1.4.2.tar.gz",
        "dist/txaio_interfaces-1.4.2-py3-none-any.whl",
        "sbom/txaio_interfaces-1.4.2.cdx.json",
    }
    for name in kept | withdrawn:
        (tmp_path / "out" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "out" / name).touch()
    monkeypatch.setattr(release.__main__, "OUT", tmp_path / "out")
    release.__main__.withdraw(interfaces)
    assert files_in(tmp_path / "out") == kept


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], False),
        (["26.12.0"], False),
        (["26.12.0", "--interfaces", "1.5.0"], ValueError),
        (["--tag", "v26.11.0"], True),
    ],
)
def test_whether_interfaces_are_released(
    root, interfaces, monkeypatch, arguments, expected
):
    """With `--tag` they are compared with the release before that."""
    del interfaces
    monkeypatch.setattr(release.__main__, "ROOT", root)
    options = release.__main__.parse_arguments(arguments)
    if expected is ValueError:
        with pytest.raises(ValueError, match=r"has not changed since v26\.11\.0"):
            release.__main__.has_new_interfaces(options)
    else:
        assert release.__main__.has_new_interfaces(options) is expected


def test_versions_of_a_tag_are_not_chosen(capsys):
    """They are in the files that are released."""
    with pytest.raises(SystemExit):
        release.__main__.parse_arguments(["--tag", "v26.11.0", "--interfaces", "1.5.0"])
    assert "every version is as it is in the files" in capsys.readouterr().err


CHANGES = {
    "patch": INTERFACES.replace("...", '"""Return one."""'),
    "minor": INTERFACES.replace("def one", "def two(self): ...\n    def one"),
    "minor: a class": INTERFACES.replace("__all__ = [", "I2 = 2\n__all__ = ['I2', "),
    "major": INTERFACES.replace("def one(self)", "def one(self, two)"),
    "major: removed": INTERFACES.replace("one", "two"),
    "major: an abstract method": INTERFACES.replace(
        "class IOne:", "from abc import abstractmethod\nclass IOne:\n    "
        "@abstractmethod\n    def two(self): ...\n",
    ),
    "major: abstract now": INTERFACES.replace(
        "class IOne:", "from abc import abstractmethod\nclass IOne:\n    "
        "@abstractmethod",
    ),
    "minor: a class with an abstract method": INTERFACES.replace(
        "__all__ = [", "from abc import abstractmethod\nclass I2:\n    "
        "@abstractmethod\n    def two(self): ...\n\n__all__ = ['I2', ",
    ),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_version_of_the_interfaces_fits_the_changes(project, interfaces, change):
    """A removed name needs a major version, a new one a minor version."""
    (interfaces / "src/txaio_interfaces/__init__.py").write_text(CHANGES[change])
    versions = {"patch": "1.4.3", "minor": "1.5.0", "major": "2.0.0"}
    part = change.partition(":")[0]
    enough = False
    for name, version in versions.items():
        enough = enough or name == part
        if enough:
            assert is_released(project, "v26.11.0", version)
            continue
        with pytest.raises(ValueError, match=f"needs a new {part} version after 1.4.2"):
            is_released(project, "v26.11.0", version)
    for version in ("1.4.2", "1.3.9", "1.4.1"):
        with pytest.raises(ValueError, match=f"after 1.4.2, not {version}: choose one"):
            is_released(project, "v26.11.0", version)


def test_release_needs_entries_in_the_changelog(project):
    """Without unreleased entries, or with a released version, `bump` raises."""
    project.bump("26.12.0", "2026-12-01")
    with pytest.raises(ValueError, match=r"has no entries below \[Unreleased\]"):
        project.bump("26.12.1", "2026-12-02")
    with pytest.raises(ValueError, match=r"has a section on 26\.12\.0 already"):
        project.bump("26.12.0", "2026-12-02")
    with pytest.raises(ValueError, match=r"has no section on 26.12.1: .*--write"):
        Changelog.read(project.root).section("26.12.1")


def test_copy_has_the_files_that_git_tracks(project, tmp_path):
    """Other files are not released."""
    (project.root / "notes.txt").write_text("private")
    copy = project.copy(tmp_path / "copy")
    assert (copy.root / "VERSION").is_file()
    assert not (copy.root / "notes.txt").exists()


def test_tag_has_the_version(project):
    """A tag with another version than the file VERSION stops the release."""
    check_tag("v26.11.0", project)
    with pytest.raises(ValueError, match=r"the file VERSION has 26.11.0.*v26.11.0"):
        check_tag("v26.12.0", project)


def test_tag_is_on_the_commit(project):
    """A tag on another commit stops the release."""
    git(project.root, "commit", "--quiet", "--allow-empty", "--message=More")
    with pytest.raises(ValueError, match=r"there is no tag v26\.11\.0 on this"):
        check_tag("v26.11.0", project)


def test_last_tag_before_the_one_that_is_released(project):
    """What has changed is compared with the release before."""
    git(project.root, "commit", "--quiet", "--allow-empty", "--message=More")
    git(project.root, "tag", "v26.12.0")
    assert stable_api.last_tag(project.root) == "v26.12.0"
    assert stable_api.last_tag(project.root, ignore="v26.12.0") == "v26.11.0"


@pytest.mark.parametrize("version", ["26.11.0", "26.2.5"])
def test_versions_increase(project, version):
    """A version that was released, or is below one that was, stops the release."""
    check_order("26.11.1", project)
    with pytest.raises(ValueError, match=rf"{version} is not above 26\.11\.0"):
        check_order(version, project)
    check_order(version, project, ignore="v26.11.0")


def archives(dist: Path, *more: str, less: str = "") -> Path:
    """Make correct archives in *dist*, but with *more* and without *less*."""
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


def test_correct_archives(project, tmp_path):
    """An sdist has the folder, with its tests; a wheel has the modules in src."""
    assert wrong_contents(project, archives(tmp_path / "dist")) == []


def test_wrong_file_is_found(project, tmp_path):
    """A file that does not belong in an archive is named."""
    dist = archives(tmp_path / "dist", "txaio_one/secret.env")
    assert wrong_contents(project, dist) == [
        "txaio_one-26.11.0.tar.gz has txaio_one/secret.env",
        "txaio_one-26.11.0-py3-none-any.whl has txaio_one/secret.env",
    ]


@pytest.mark.parametrize("name", ["tests/test_one.py", "txaio_one/py.typed"])
def test_missing_file_is_found(project, tmp_path, name):
    """A file that is missing in an sdist or a wheel is named."""
    (found,) = wrong_contents(project, archives(tmp_path / "dist", less=name))
    assert found.endswith(f" lacks {name}")


@pytest.mark.parametrize("name", ["notes.txt", "_module.pyc", "_draft.py.orig"])
def test_only_modules_are_installed(project, tmp_path, name):
    """Other files in src are not part of a wheel, even if git tracks them."""
    (project.folders[0] / "src/txaio_one" / name).write_text("")
    dist = archives(tmp_path / "dist", f"txaio_one/{name}")
    assert f"txaio_one-26.11.0-py3-none-any.whl has txaio_one/{name}" in wrong_contents(
        project, dist
    )


def test_archives_are_compared_byte_for_byte(tmp_path):
    """A file that differs or is missing is named."""
    for folder, texts in {"made": ["a", "b"], "again": ["a", "B", "c"]}.items():
        (tmp_path / folder).mkdir()
        for number, text in enumerate(texts):
            (tmp_path / folder / f"{number}.whl").write_text(text)
    assert differences(tmp_path / "made", tmp_path / "again") == ["1.whl", "2.whl"]


def test_public_api_before_the_first_release(root, capsys):
    """There is nothing to compare it with."""
    git(root, "tag", "--delete", "v26.11.0")
    stable_api.main(root)
    assert "no release yet" in capsys.readouterr().out


@pytest.mark.parametrize(
    "changed",
    ['__all__ = ["function"]\n\n\ndef function(one):\n    pass\n', "__all__ = []\n"],
    ids=["a parameter", "a function"],
)
def test_breaking_changes_are_found(root, capsys, changed):
    """Those since the last tag are named, unless the changelog names them."""
    stable_api.main(root)
    assert "No breaking changes since v26.11.0" in capsys.readouterr().out
    (root / "packages/txaio-one/src/txaio_one/__init__.py").write_text(changed)
    with pytest.raises(SystemExit, match=r"Since v26\.11\.0:\ntxaio_one\.function: "):
        stable_api.main(root)
    entry = "### Removed\n\n- txaio-one: `txaio_one.function(two)`.\n\n### Added"
    (root / "CHANGELOG.md").write_text(CHANGELOG.replace("### Added", entry, 1))
    stable_api.main(root)


def test_new_abstract_method_is_found(root, interfaces):
    """It breaks subclasses: a driver, or a backend, of another project."""
    text = CHANGES["major: an abstract method"]
    (interfaces / "src/txaio_interfaces/__init__.py").write_text(text)
    with pytest.raises(SystemExit, match=r"txaio_interfaces\.IOne\.two: .* abstract"):
        stable_api.main(root)


def test_entries_of_the_last_release_do_not_count(root, capsys):
    """The entry on a breaking change has to be in a section since the tag."""
    (root / "packages/txaio-one/src/txaio_one/__init__.py").write_text("__all__ = []\n")
    entry = "### Removed\n\n- txaio-one: `txaio_one.function(two)`.\n"
    _new, old = CHANGELOG.split("## [26.11.0]")
    text = f"# Changelog\n\n## [Unreleased]\n\n## [26.11.0]{old}\n{entry}"
    (root / "CHANGELOG.md").write_text(text)
    with pytest.raises(SystemExit, match=r"txaio_one\.function: "):
        stable_api.main(root)
    newer = text.replace(
        "## [26.11.0]", f"## [26.12.0] - 2026-12-01\n\n{entry}\n## [26.11.0]"
    )
    (root / "CHANGELOG.md").write_text(newer)
    stable_api.main(root)
    assert "No breaking changes" in capsys.readouterr().out


def test_removed_package(root):
    """A package that was removed is a breaking change."""
    shutil.rmtree(root / "packages/txaio-one/src")
    with pytest.raises(SystemExit, match=r"\ntxaio_one: Package was removed\n"):
        stable_api.main(root)


def test_new_distribution(root, capsys):
    """It breaks nothing before its first release."""
    package = root / "packages/txaio-two/src/txaio_two"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(MODULE)
    stable_api.main(root)
    assert "No breaking changes" in capsys.readouterr().out
