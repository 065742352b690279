"""The backend that the process has selected."""

from __future__ import annotations

import asyncio
import importlib
import sys
from types import ModuleType
from unittest.mock import Mock

import pytest
from twisted.internet.task import Clock

from txaio_asyncio import AsyncioBackend
from txaio_interfaces import IBackend
from txaio_twisted import TwistedBackend


NAMES = ["asyncio", "twisted", "anyio"]


def choose(txaio, name):
    """Select the backend called *name*."""
    getattr(txaio, f"use_{name}")()


def flags(txaio):
    """Return the names of the backends whose flags are set."""
    return [name for name in NAMES if getattr(txaio, f"using_{name}")]


def test_import_selects_nothing(txaio):
    """Importing `txaio` does not select a backend."""
    assert flags(txaio) == []
    assert txaio._explicit_framework is None


@pytest.mark.parametrize("name", NAMES)
def test_selection_sets_the_flags(txaio, name):
    """The flags and `_explicit_framework` are set by the selection."""
    choose(txaio, name)
    assert flags(txaio) == [name]
    assert txaio._explicit_framework == name
    assert txaio.with_config().name == name


@pytest.mark.parametrize("name", NAMES)
def test_reloaded_module_keeps_the_selection(txaio, name):
    """The selection is that of the process, and outlives a reload of the module."""
    choose(txaio, name)
    backend = txaio.with_config()
    assert importlib.reload(txaio) is txaio
    assert flags(txaio) == [name]
    assert txaio._explicit_framework == name
    assert txaio.create_future == backend.create_future
    assert txaio.with_config() is backend


@pytest.mark.parametrize("name", NAMES)
def test_selection_may_be_repeated(txaio, name):
    """Each module of a program may select the same backend."""
    choose(txaio, name)
    backend = txaio.with_config()
    choose(txaio, name)
    assert txaio.with_config() is backend


@pytest.mark.parametrize("name", NAMES)
def test_another_selection_is_refused(txaio, name):
    """A process has one selection, and a failed one does not change it."""
    choose(txaio, name)
    for other in set(NAMES) - {name}:
        with pytest.raises(RuntimeError, match=f"^Explicitly using '{name}' already$"):
            choose(txaio, other)
    assert flags(txaio) == [name]
    assert txaio.with_config().name == name


@pytest.mark.parametrize(
    ("name", "missing"),
    [
        ("asyncio", "txaio_asyncio"),
        ("twisted", "txaio_twisted"),
        ("twisted", "twisted"),
        ("anyio", "txaio_anyio"),
    ],
)
def test_missing_backend_changes_nothing(txaio, blocked, name, missing):
    """The error names the command that installs it, and another can be selected."""
    blocked(missing)
    with pytest.raises(ImportError, match=rf"pip install 'txaio\[{name}\]'"):
        choose(txaio, name)
    assert flags(txaio) == []
    assert txaio._explicit_framework is None
    with pytest.raises(RuntimeError, match="must first select"):
        txaio.create_future()
    other = "twisted" if name == "asyncio" else "asyncio"
    choose(txaio, other)
    assert flags(txaio) == [other]


def test_folder_is_no_package(txaio, monkeypatch, tmp_path):
    """A folder `twisted` without modules, as Autobahn has one, is not Twisted."""
    (tmp_path / "folder").mkdir()
    monkeypatch.syspath_prepend(tmp_path)
    missing = ModuleNotFoundError("there is no module folder.module", name="folder")
    monkeypatch.setattr(
        sys.modules["txaio._selection"], "import_module", raises(missing)
    )
    with pytest.raises(ImportError, match="the twisted backend is not installed"):
        txaio.use_twisted()


def raises(error):
    """Return a function that raises *error*."""

    def fail(_name):
        raise error

    return fail


def test_backend_of_another_release_is_refused(txaio, blocked, monkeypatch):
    """The error names the command that upgrades the distributions."""
    blocked("txaio_twisted")
    monkeypatch.setitem(sys.modules, "txaio_twisted", ModuleType("txaio_twisted"))
    with pytest.raises(ImportError, match="of another release") as caught:
        txaio.use_twisted()
    assert "pip install --upgrade 'txaio[twisted]'" in str(caught.value)
    assert "cannot import name" in str(caught.value)
    assert flags(txaio) == []


def test_backend_that_lacks_a_module_is_of_another_release(txaio, monkeypatch):
    """The backend is installed, and so the error names the command that upgrades it."""
    for name in [name for name in sys.modules if name.startswith("txaio_twisted")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "txaio_twisted._log_observer", None)
    with pytest.raises(ImportError, match="of another release"):
        txaio.use_twisted()


def test_backend_of_the_application_is_used(txaio, loop):
    """The functions are bound to the backend that the application has created."""
    backend = AsyncioBackend(loop)
    txaio.use(backend)
    assert txaio.with_config() is backend
    assert txaio.create_future().get_loop() is loop
    assert flags(txaio) == ["asyncio"]


def test_backend_of_the_application_may_be_replaced(txaio, loop):
    """A program may run several loops, one after another."""
    txaio.use_asyncio()
    txaio.use(AsyncioBackend(loop))
    last = AsyncioBackend(loop)
    txaio.use(last)
    txaio.use_asyncio()
    assert txaio.with_config() is last


def test_backend_of_another_name_is_refused(txaio, loop):
    """`use` cannot change the selection either."""
    txaio.use(AsyncioBackend(loop))
    with pytest.raises(RuntimeError, match="Explicitly using 'asyncio' already"):
        txaio.use(TwistedBackend(Clock()))


@pytest.mark.parametrize("wrong", [None, "asyncio", AsyncioBackend])
def test_use_accepts_only_a_backend(txaio, wrong):
    """An argument that is not a backend raises `TypeError`."""
    with pytest.raises(TypeError, match="backend must be an IBackend, not"):
        txaio.use(wrong)


@pytest.mark.parametrize("name", NAMES)
def test_functions_are_the_methods_once_selected(txaio, name):
    """After the selection the functions are the methods, and cost as much."""
    unbound = txaio.resolve
    choose(txaio, name)
    backend = txaio.with_config()
    assert txaio.resolve == backend.resolve
    assert txaio.resolve != unbound
    assert txaio.create_future == backend.create_future


def test_config_on_a_loop(txaio, loop):
    """`with_config` returns a backend on the loop that it is given."""
    txaio.use_asyncio()
    other = asyncio.new_event_loop()
    on_other = txaio.with_config(loop=other)
    assert isinstance(on_other, IBackend)
    assert on_other.create_future().get_loop() is other
    assert txaio.create_future().get_loop() is loop
    other.close()


@pytest.mark.parametrize("name", ["asyncio", "twisted"])
def test_config_has_the_flags(txaio, name):
    """A backend has the flags `using_asyncio` and `using_twisted`."""
    choose(txaio, name)
    for config in (txaio.with_config(), txaio.with_config(Mock())):
        assert config.using_asyncio == (name == "asyncio")
        assert config.using_twisted == (name == "twisted")


def test_config_on_two_reactors(txaio):
    """Each backend that `with_config` returns has its own reactor."""
    txaio.use_twisted()
    clocks, seen = [Clock(), Clock()], []
    for number, clock in enumerate(clocks):
        txaio.with_config(loop=clock).call_later(1, seen.append, number)
    clocks[1].advance(1)
    clocks[0].advance(1)
    assert seen == [1, 0]


def test_config_on_a_backend(txaio, loop):
    """If a loop is not enough, `with_config` takes a backend."""
    backend = AsyncioBackend(loop)
    txaio.use_anyio()
    assert txaio.with_config(backend) is backend
    with pytest.raises(TypeError, match="a backend on anyio takes more than a loop"):
        txaio.with_config(loop)


def test_config_needs_a_selection(txaio):
    """`with_config` raises an error before the selection."""
    with pytest.raises(RuntimeError, match="must first select"):
        txaio.with_config()
