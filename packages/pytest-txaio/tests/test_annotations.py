"""Annotations of the public API at run time."""

from __future__ import annotations

import inspect
from typing import get_type_hints

import pytest

import pytest_txaio
from pytest_txaio import _hookspecs, plugin
from pytest_txaio.conformance import _fixtures


def public_functions(owner, prefix):
    """Yield the public functions and methods of a module or a class, by name."""
    for name, value in vars(owner).items():
        found = value.fget if isinstance(value, property) else inspect.unwrap(value)
        is_public = not name.startswith("_") or name == "__init__"
        if is_public and inspect.isfunction(found):
            yield f"{prefix}.{name}", found


def annotated():
    """Yield the exports, their methods, the hooks and the fixtures, by name."""
    for name in pytest_txaio.__all__:
        value = getattr(pytest_txaio, name)
        yield f"pytest_txaio.{name}", inspect.unwrap(value)
        if inspect.isclass(value):
            yield from public_functions(value, name)
    for module in (plugin, _hookspecs, _fixtures):
        yield from public_functions(module, module.__name__)


ANNOTATED = dict(annotated())


@pytest.mark.parametrize("thing", ANNOTATED.values(), ids=ANNOTATED)
def test_annotations_can_be_evaluated(thing):
    """`typing.get_type_hints` finds every name that an annotation uses."""
    get_type_hints(thing)


def test_the_list_is_complete():
    """The list has functions, methods, properties, hooks and fixtures."""
    assert {
        "pytest_txaio.pause",
        "Host.run",
        "ExpectedError.value",
        "pytest_txaio.plugin.txaio_host",
        "pytest_txaio.plugin.pytest_configure",
        "pytest_txaio._hookspecs.pytest_txaio_hosts",
        "pytest_txaio.conformance._fixtures.reported",
    } <= ANNOTATED.keys()
    assert len(ANNOTATED) > 70
