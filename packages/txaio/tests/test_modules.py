"""The modules that clients import beside `txaio` itself."""

from __future__ import annotations

import importlib
import subprocess
import sys
from importlib import metadata
from unittest.mock import Mock, patch

import pytest
from twisted.internet.task import Clock
from twisted.logger import Logger as TwistedLogger
from twisted.logger import LogLevel, globalLogPublisher

import txaio_interfaces


def module(name):
    """Import a module of the facade that is loaded now."""
    return importlib.import_module(f"txaio.{name}")


@pytest.mark.parametrize("name", ["asyncio", "twisted", "anyio"])
def test_import_of_a_choice_selects(txaio, name):
    """One import selects, before code that expects it to be done."""
    assert module(f"with_{name}").txaio is txaio
    assert txaio._explicit_framework == name


def test_import_of_another_choice_is_refused(txaio):
    """It is a selection like any other."""
    txaio.use_asyncio()
    with pytest.raises(RuntimeError, match="Explicitly using 'asyncio' already"):
        module("with_twisted")


@pytest.mark.parametrize("name", ["aio", "tx"])
def test_backend_may_be_had_without_a_selection(txaio, name):
    """Its module has all functions, and selects nothing."""
    backend = module(name)
    assert txaio._explicit_framework is None
    assert set(backend.__all__) <= set(dir(backend))
    assert backend.config is txaio.config
    assert backend.log_levels is txaio_interfaces.log_levels
    assert (backend.using_asyncio, backend.using_twisted) == (
        (name == "aio", name == "tx")
    )


@pytest.mark.parametrize("name", ["aio", "tx"])
def test_modules_have_all_functions(txaio, name):
    """A module of one backend has the functions of `txaio`, as its own methods."""
    backend = module(name)
    names = module("_forward").__all__
    assert set(names) <= set(backend.__all__)
    assert set(names) <= set(txaio.__all__)
    for function in names:
        assert getattr(backend, function).__self__ is backend.backend


def test_clocks_are_in_the_modules(txaio):
    """They are the standard library's there, too."""
    for name in ("aio", "tx"):
        assert module(name).time_ns is txaio.time_ns
        assert module(name).perf_counter_ns is txaio.perf_counter_ns


def test_failures_of_asyncio_have_a_class(txaio):
    """It is that of the failures that errbacks get there."""
    txaio.use_asyncio()
    failure = txaio.create_failure(KeyError())
    assert type(failure) is module("aio").FailedFuture


def test_backend_is_that_of_the_selection(txaio, loop):
    """What the module has made is what the selection uses."""
    aio = module("aio")
    txaio.use_asyncio()
    assert txaio.create_future == aio.create_future
    assert aio.with_config() is txaio.with_config()
    assert aio.with_config(aio.backend) is aio.backend
    assert aio.with_config(loop).create_future().get_loop() is loop


def test_twisted_module_has_what_clients_import(txaio):
    """Its logger is Twisted's from the start."""
    tx = module("tx")
    assert tx.LogLevel is LogLevel
    seen = []
    globalLogPublisher.addObserver(seen.append)
    tx.make_logger().info("said")
    globalLogPublisher.removeObserver(seen.append)
    assert seen[-1]["log_format"] == "said"
    assert seen[-1]["log_namespace"] == __name__
    assert isinstance(tx.make_logger(logger=Mock), tx.Logger)
    assert isinstance(tx.make_logger(), tx.Logger)
    assert not isinstance(TwistedLogger(), tx.Logger)
    assert txaio._explicit_framework is None


def test_loop_is_replaced_for_a_while(txaio):
    """Whatever ends the block, the loop is the one from before."""
    replace_loop = module("testutil").replace_loop
    txaio.config.loop = before = Clock()
    inside = Clock()
    with replace_loop(inside) as given:
        assert given is txaio.config.loop is inside
    assert txaio.config.loop is before
    with pytest.raises(KeyError), replace_loop(inside):
        raise KeyError
    assert txaio.config.loop is before


def test_version_is_the_distributions(txaio):
    """It is read where it is written, and other names are none."""
    assert txaio.__version__ == txaio.version == metadata.version("txaio")
    with pytest.raises(AttributeError, match="'txaio' has no attribute 'nonsense'"):
        _ = txaio.nonsense


@pytest.mark.parametrize("name", ["config", "sleep", "start_logging", "use_twisted"])
def test_attributes_may_be_patched(txaio, name):
    """Tests of clients replace them, before and after a selection."""
    with patch(f"txaio.{name}") as replaced:
        assert getattr(txaio, name) is replaced
        txaio.use_asyncio()
    txaio.config.loop = mock = Mock()
    assert txaio.create_future() is mock.create_future()


def test_import_is_light_and_selects_nothing():
    """Neither a loop nor a framework comes with `import txaio`."""
    code = (
        f"import sys; sys.path[:] = {sys.path!r}\n"
        "import txaio; txaio.interfaces.ILogger\n"
        "heavy = {'asyncio', 'twisted', 'anyio', 'importlib.metadata'}\n"
        "print(*sorted(heavy.intersection(sys.modules)))\n"
    )
    command = [sys.executable, "-I", "-S", "-W", "error", "-c", code]
    run = subprocess.run(command, check=True, capture_output=True, text=True)
    assert run.stdout.split() == []
