"""Annotations, which tools evaluate at run time."""

from __future__ import annotations

import importlib
import inspect
from typing import get_type_hints

import pytest


def defined_here(module):
    """Yield the public functions, classes and methods that this distribution defines.

    Those that *module* has from another are tested there.
    """
    for name in module.__all__:
        member = getattr(module, name)
        if getattr(member, "__module__", "").partition(".")[0] != "txaio":
            continue
        if inspect.isroutine(member):
            yield member
        elif inspect.isclass(member):
            methods = inspect.getmembers(member, inspect.isfunction)
            yield member
            yield from (method for key, method in methods if not key.startswith("_"))


@pytest.mark.usefixtures("txaio")
@pytest.mark.parametrize("name", ["", ".aio", ".tx", ".testutil"])
def test_type_hints_can_be_evaluated(name):
    """Each name in an annotation can be found in its module at run time."""
    module = importlib.import_module(f"txaio{name}")
    members = list(defined_here(module))
    assert members
    for member in members:
        get_type_hints(member)


@pytest.mark.usefixtures("txaio")
def test_logger_of_twisted_has_type_hints():
    """The methods of public classes are checked, too."""
    tx = importlib.import_module("txaio.tx")
    assert {tx.Logger, tx.Logger.emit} <= set(defined_here(tx))


def test_forwarded_function_has_the_types_of_its_declaration(txaio):
    """The function that calls the backend has the annotations of its declaration."""
    assert get_type_hints(txaio.is_called)["return"] is bool
    assert get_type_hints(txaio.is_future)["obj"] is object
