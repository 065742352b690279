"""Names of txaio, and those that it does not have."""

from __future__ import annotations

import ast
from functools import cache
from importlib import import_module
from importlib.util import find_spec

from txaio._migration.code import Code, Rule


MODULES = ("txaio", "txaio.aio", "txaio.interfaces", "txaio.testutil", "txaio.tx")
"""The public modules with names."""


@cache
def exists(name: str) -> bool:
    """Tell whether there is a *name* such as ``txaio.tx.Logger``.

    Also if that cannot be found out, as the backend is not installed.
    """
    module, _, attribute = name.rpartition(".")
    if module not in MODULES:
        return True
    try:
        found = import_module(module)
    except ImportError:
        return True
    is_package = hasattr(found, "__path__")
    return hasattr(found, attribute) or (is_package and find_spec(name) is not None)


def _missing_attribute(code: Code, node: ast.Attribute) -> bool:
    name = code.name_of(node)
    return isinstance(node.ctx, ast.Load) and bool(name) and not exists(name)


def _missing_import(_code: Code, node: ast.ImportFrom) -> bool:
    module = node.module or ""
    if module.partition(".")[0] != "txaio" or node.level:
        return False
    if not exists(module):
        return True
    names = [it.name for it in node.names if it.name != "*"]
    return not all(exists(f"{module}.{name}") for name in names)


def _logger_of_twisted(code: Code, call: ast.Call) -> bool:
    return code.name_of(call.func) == "txaio.tx.Logger"


def _selection_is_undone(code: Code, node: ast.Attribute) -> bool:
    is_assigned = isinstance(node.ctx, ast.Store)
    return is_assigned and code.name_of(node) == "txaio._explicit_framework"


RULES = (
    Rule(
        "Names that do not exist",
        "there is no such name now",
        ast.Attribute,
        _missing_attribute,
    ),
    Rule(
        "Names that do not exist",
        "there is no such name now",
        ast.ImportFrom,
        _missing_import,
    ),
    Rule(
        "`txaio.tx.Logger(…)`",
        "loggers are made by txaio.make_logger",
        ast.Call,
        _logger_of_twisted,
    ),
    Rule(
        "Tests that set `txaio._explicit_framework`",
        "a process has one selection: use a process for each backend",
        ast.Attribute,
        _selection_is_undone,
    ),
)
