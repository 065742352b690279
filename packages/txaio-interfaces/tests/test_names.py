"""What `txaio_interfaces` may hold."""

from __future__ import annotations

import inspect

import pytest

import txaio_interfaces


CLASSES = [name for name in txaio_interfaces.__all__ if name != "log_levels"]


@pytest.mark.parametrize("name", CLASSES)
def test_public_name_cannot_be_instantiated(name):
    """Every public name is abstract: a backend makes the objects, nobody else."""
    with pytest.raises(TypeError, match="abstract"):
        getattr(txaio_interfaces, name)()


LEFT_OUT = {"ILogger": {"bind", "failure", "is_enabled_for", "set_log_level"}}
"""What loggers of one's own, written when there was less of it, do not have."""


@pytest.mark.parametrize("name", CLASSES)
def test_public_method_is_abstract(name):
    """A backend that leaves one out cannot be made, on any path."""
    interface = getattr(txaio_interfaces, name)
    methods = {
        member
        for member, value in vars(interface).items()
        if callable(value) and not member.startswith("_")
    }
    assert methods - LEFT_OUT.get(name, set()) <= interface.__abstractmethods__


@pytest.mark.parametrize("name", CLASSES)
def test_public_method_says_what_it_means(name):
    """The docstrings of the whole house live here, so that none may be missing."""
    interface = getattr(txaio_interfaces, name)
    members = {"": interface, **vars(interface)}
    silent = [
        f"{name}.{member}"
        for member, value in members.items()
        if member in {"", *interface.__abstractmethods__} and not inspect.getdoc(value)
    ]
    assert silent == []


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


def test_log_levels_are_a_list_from_silence_to_everything():
    """The constant keeps its type and order: callers index it."""
    assert txaio_interfaces.log_levels == [
        "none",
        "critical",
        "error",
        "warn",
        "info",
        "debug",
        "trace",
    ]


def test_nothing_public_is_left_out_of_the_contents_page():
    """`__all__` lists what the package offers."""
    public = {
        name
        for name, value in vars(txaio_interfaces).items()
        if not name.startswith("_") and not inspect.ismodule(value)
    }
    assert public == set(txaio_interfaces.__all__)


def test_logger_of_six_methods():
    """One's own logger may have the levels and no more: a failure is critical."""
    said = []

    class Logger(txaio_interfaces.ILogger):
        def info(self, message=None, /, **kwargs):
            said.append((message, kwargs))

        critical = error = warn = debug = trace = info

    error = ValueError("x")
    log = Logger()
    log.failure("gone", error, a=1)
    try:
        raise error
    except ValueError:
        log.failure("gone again")
    assert said == [
        ("gone", {"log_failure": error, "a": 1}),
        ("gone again", {"log_failure": error}),
    ]
    with pytest.raises(NotImplementedError):
        log.bind(a=1)
