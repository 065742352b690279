"""The check of Twisted when the package is imported."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest
import twisted

from txaio_twisted import _requirement


def test_twisted_is_missing(monkeypatch):
    """The error names the distribution that requires it."""
    monkeypatch.setitem(sys.modules, "twisted", None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install txaio-twisted$") as it:
        _requirement.check()
    assert it.value.name == "twisted"


def test_twisted_is_a_folder(monkeypatch):
    """Autobahn has a folder of that name, without a module `twisted`."""
    monkeypatch.setitem(sys.modules, "twisted", ModuleType("twisted"))
    with pytest.raises(ModuleNotFoundError, match=r"needs Twisted 22\.10 or newer"):
        _requirement.check()


@pytest.mark.parametrize("version", ["21.7.0", "22.8.0rc1", "9.0"])
def test_twisted_is_too_old(monkeypatch, version):
    """The error names both versions, and the command that upgrades."""
    monkeypatch.setattr(twisted, "__version__", version)
    with pytest.raises(ImportError, match=f"newer, and {version} is installed") as it:
        _requirement.check()
    assert str(it.value).endswith("pip install --upgrade txaio-twisted twisted")


@pytest.mark.parametrize("version", ["22.10.0", "23.8.0", "26.10.0.dev0"])
def test_twisted_is_new_enough(monkeypatch, version):
    """Nothing is raised."""
    monkeypatch.setattr(twisted, "__version__", version)
    _requirement.check()
