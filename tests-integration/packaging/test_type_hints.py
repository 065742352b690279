"""Annotations of the public API, evaluated at run time."""

from __future__ import annotations

import importlib
import inspect
from typing import Any, get_type_hints

import pytest


PACKAGES = (
    "txaio_interfaces",
    "txaio_primitives",
    "txaio_common",
    "txaio_asyncio",
    "txaio_twisted",
    "txaio_anyio",
    "txaio",
    "txaio.aio",
    "txaio.tx",
    "pytest_txaio",
)


def annotated(package: str) -> dict[str, Any]:
    """Return the public functions, classes and methods of *package*, by name."""
    module = importlib.import_module(package)
    found: dict[str, Any] = {}
    for name in module.__all__:
        value = getattr(module, name)
        if inspect.isfunction(value):
            found[name] = value
        elif inspect.isclass(value) and "txaio" in value.__module__:
            found[name] = value
            for member, each in vars(value).items():
                function = getattr(each, "__func__", getattr(each, "fget", each))
                is_public = not member.startswith("_") or member == "__init__"
                if is_public and inspect.isfunction(function):
                    found[f"{name}.{member}"] = function
    return found


HINTS = [
    pytest.param(value, id=f"{package}.{name}")
    for package in PACKAGES
    for name, value in annotated(package).items()
]


@pytest.mark.parametrize("value", HINTS)
def test_type_hints(value: Any) -> None:
    """Tools that read annotations find every name that stands in them."""
    get_type_hints(value)
