"""The modules that programs import beside `txaio` itself."""

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
    """Import a module of the `txaio` that is imported now."""
    return importlib.import_module(f"txaio.{name}")


@pytest.mark.parametrize("name", ["asyncio", "twisted", "anyio"])
def test_import_of_with_module_selects(txaio, name):
    """Importing the module selects its backend."""
    assert module(f"with_{name}").txaio is txaio
    assert txaio._explicit_framework == name


def test_import_of_another_with_module_is_refused(txaio):
    """A process can have one selection, and importing counts as one."""
    txaio.use_asyncio()
    with pytest.raises(RuntimeError, match="Explicitly using 'asyncio' already"):
        module("with_twisted")


@pytest.mark.parametrize("name", ["aio", "tx"])
def test_module_of_a_backend_needs_no_selection(txaio, name):
    """The module of a backend has all functions, and selects nothing."""
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
    """They are those of the standard library there, too."""
    for name in ("aio", "tx"):
        assert module(name).time_ns is txaio.time_ns
        assert module(name).perf_counter_ns is txaio.perf_counter_ns


def test_class_of_failures_on_asyncio(txaio):
    """Failures on asyncio are instances of `FailedFuture`."""
    txaio.use_asyncio()
    failure = txaio.create_failure(KeyError())
    assert type(failure) is module("aio").FailedFuture


def test_backend_on_another_reactor(txaio):
    """The module's `with_config` makes one, or returns one that it is given."""
    del txaio
    tx = module("tx")
    made = tx.with_config(Clock())
    assert made is not tx.backend
    assert tx.with_config(made) is made
    assert tx.with_config() is tx.backend


def test_backend_is_that_of_the_selection(txaio, loop):
    """`use_asyncio` selects the backend of the module."""
    aio = module("aio")
    txaio.use_asyncio()
    assert txaio.create_future == aio.create_future
    assert aio.with_config() is txaio.with_config()
    assert aio.with_config(aio.backend) is aio.backend
    assert aio.with_config(loop).create_future().get_loop() is loop


def test_twisted_module_has_loggers_and_levels(txaio):
    """Its loggers use Twisted's log without a selection."""
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


def test_loop_is_replaced_inside_the_block(txaio):
    """The loop is restored after the block, also after an exception."""
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
    """It is read from the metadata, and other attributes raise `AttributeError`."""
    assert txaio.__version__ == txaio.version == metadata.version("txaio")
    with pytest.raises(AttributeError, match="'txaio' has no attribute 'nonsense'"):
        _ = txaio.nonsense


@pytest.mark.parametrize("name", ["config", "sleep", "start_logging", "use_twisted"])
def test_attributes_may_be_patched(txaio, name):
    """A test may replace a function before the selection, and restore it after."""
    with patch(f"txaio.{name}") as replaced:
        assert getattr(txaio, name) is replaced
        txaio.use_asyncio()
    txaio.config.loop = mock = Mock()
    assert txaio.create_future() is mock.create_future()


def test_import_is_light_and_selects_nothing():
    """`import txaio` imports neither asyncio nor another framework."""
    code = (
        f"import sys; sys.path[:] = {sys.path!r}\n"
        "import txaio; txaio.interfaces.ILogger\n"
        "heavy = {'asyncio', 'twisted', 'anyio', 'importlib.metadata'}\n"
        "print(*sorted(heavy.intersection(sys.modules)))\n"
    )
    command = [sys.executable, "-I", "-S", "-W", "error", "-c", code]
    run = subprocess.run(command, check=True, capture_output=True, text=True)
    assert run.stdout.split() == []
