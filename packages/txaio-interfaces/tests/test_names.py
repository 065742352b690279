"""The public names of `txaio_interfaces`."""

from __future__ import annotations

import inspect
import typing

import pytest

import txaio_interfaces


CLASSES = [name for name in txaio_interfaces.__all__ if name[0] == "I"]


@pytest.mark.parametrize("name", CLASSES)
def test_public_name_cannot_be_instantiated(name):
    """Every public class is abstract: only backends create instances."""
    with pytest.raises(TypeError, match="abstract"):
        getattr(txaio_interfaces, name)()


LEFT_OUT = {
    "ILogger": {
        *("bind", "exception", "failure", "warning"),
        *("is_enabled_for", "set_log_level"),
    },
    "ITimers": {"call_at"},
}
"""Methods that custom loggers need not have, and those made of the others."""


@pytest.mark.parametrize("name", CLASSES)
def test_public_method_is_abstract(name):
    """A backend that lacks a method cannot be instantiated."""
    interface = getattr(txaio_interfaces, name)
    methods = {
        member
        for member, value in vars(interface).items()
        if callable(value) and not member.startswith("_")
    }
    assert methods - LEFT_OUT.get(name, set()) <= interface.__abstractmethods__


@pytest.mark.parametrize("name", CLASSES)
def test_public_method_has_a_docstring(name):
    """Implementations inherit these docstrings, so that none may be missing."""
    interface = getattr(txaio_interfaces, name)
    members = {"": interface, **vars(interface)}
    undocumented = [
        f"{name}.{member}"
        for member, value in members.items()
        if member in {"", *interface.__abstractmethods__} and not inspect.getdoc(value)
    ]
    assert undocumented == []


def test_names_for_type_checkers():
    """`LogLevel` and the list have the same levels, which checkers cannot tell."""
    levels = typing.get_args(txaio_interfaces.LogLevel)
    assert levels == tuple(txaio_interfaces.log_levels)
    assert "text" in typing.get_args(txaio_interfaces.LogFormat)


def test_failure_is_an_instance_of_a_subclass_or_a_registered_class():
    """Having a `value` is not enough, or a `StopIteration` would be a failure."""

    class Subclass(txaio_interfaces.IFailedFuture):
        value = ValueError()

    class Registered:
        value = ValueError()

    txaio_interfaces.IFailedFuture.register(Registered)
    assert isinstance(Subclass(), txaio_interfaces.IFailedFuture)
    assert isinstance(Registered(), txaio_interfaces.IFailedFuture)
    assert not isinstance(StopIteration(), txaio_interfaces.IFailedFuture)


def test_log_levels_are_a_list_in_order_of_verbosity():
    """The type and the order stay: callers index the list."""
    assert txaio_interfaces.log_levels == [
        "none",
        "critical",
        "error",
        "warn",
        "info",
        "debug",
        "trace",
    ]


def test_all_lists_every_public_name():
    """`__all__` and the names without an underscore are the same."""
    public = {
        name
        for name, value in vars(txaio_interfaces).items()
        if not name.startswith("_") and not inspect.ismodule(value)
    }
    assert public == set(txaio_interfaces.__all__)


def test_logger_with_the_six_level_methods():
    """A custom logger needs no other method; `failure` calls `critical`."""
    logged = []

    class Logger(txaio_interfaces.ILogger):
        def info(self, message=None, /, **kwargs):
            logged.append((message, kwargs))

        critical = error = warn = debug = trace = info

    error = ValueError("x")
    log = Logger()
    log.failure("gone", error, a=1)
    try:
        raise error
    except ValueError:
        log.failure("gone again")
    assert logged == [
        ("gone", {"log_failure": error, "a": 1}),
        ("gone again", {"log_failure": error}),
    ]
    with pytest.raises(NotImplementedError):
        log.bind(a=1)
