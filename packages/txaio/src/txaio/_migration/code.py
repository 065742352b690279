"""Source code that may use txaio, and rules about it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple


MODULES = ("txaio", "txaio.aio", "txaio.tx")
"""The modules that have the functions."""

UNKNOWN = object()
"""Stands for a value that is not in the source."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


class Rule(NamedTuple):
    """What a use looks like, and what to do about it."""

    row: str
    """What the guide calls it, in a table or a list."""
    advice: str
    kind: type[ast.AST] | tuple[type[ast.AST], ...]
    """The nodes that it is about."""
    applies: Callable[[Code, Any], bool]
    """Tells whether a node is such a use."""


class Code:
    """The source code of one file."""

    def __init__(self, path: Path, text: str) -> None:
        """Parse *text*; raises `SyntaxError` or `ValueError` if it is no Python."""
        self.path = path
        self.tree: ast.Module = ast.parse(text, str(path))
        self.nodes: list[ast.AST] = list(ast.walk(self.tree))
        self.is_test: bool = "test" in path.stem or "tests" in path.parts
        self._names = dict(self._imports())
        self._parents = {
            child: node for node in self.nodes for child in ast.iter_child_nodes(node)
        }
        self._functions = {
            node.name: node for node in self.nodes if isinstance(node, Function)
        }

    def _imports(self) -> Iterator[tuple[str, str]]:
        """Yield the local names of what is imported from txaio, and what they are."""
        for node in self.nodes:
            if isinstance(node, ast.Import):
                for alias in node.names:
                    top = alias.name.partition(".")[0]
                    if top == "txaio":
                        yield alias.asname or top, alias.name if alias.asname else top
            elif isinstance(node, ast.ImportFrom) and not node.level:
                source = node.module or ""
                if source.partition(".")[0] == "txaio":
                    for alias in node.names:
                        yield alias.asname or alias.name, f"{source}.{alias.name}"

    @property
    def uses_txaio(self) -> bool:
        """Whether anything is imported from txaio."""
        return bool(self._names)

    def name_of(self, node: ast.AST | None) -> str:
        """Return ``txaio.tx.Logger`` where *node* refers to that, else nothing."""
        if isinstance(node, ast.Name):
            return self._names.get(node.id, "")
        if isinstance(node, ast.Attribute):
            owner = self.name_of(node.value)
            return f"{owner}.{node.attr}" if owner else ""
        return ""

    def called(self, node: ast.AST | None) -> str:
        """Return ``gather`` where *node* is a call of that function, else nothing."""
        if isinstance(node, ast.Call):
            module, _, function = self.name_of(node.func).rpartition(".")
            if module in MODULES:
                return function
        return ""

    def has_result_of(self, node: ast.AST, function: str) -> bool:
        """Tell whether *node* is a name to which results of *function* are assigned.

        Only the last part of the name is compared.
        """
        return bool(name := last_name(node)) and name in {
            last_name(target)
            for each in self.nodes
            if isinstance(each, ast.Assign) and self.called(each.value) == function
            for target in each.targets
        }

    def function_of(self, node: ast.AST | None) -> Function | ast.Lambda | None:
        """Return the function that *node* is, or whose name it has in this file."""
        if isinstance(node, ast.Lambda):
            return node
        return None if node is None else self._functions.get(last_name(node))

    def around(self, node: ast.AST) -> Iterator[ast.AST]:
        """Yield the nodes that *node* is in, from the inside out."""
        parent = self._parents.get(node)
        while parent is not None:
            yield parent
            parent = self._parents.get(parent)

    def functions_around(self, node: ast.AST) -> list[ast.AST]:
        """Return the functions around *node*, from the inside out, and the file."""
        functions = [it for it in self.around(node) if isinstance(it, Function)]
        return [*functions, self.tree]

    def are_alternatives(self, one: ast.AST, other: ast.AST) -> bool:
        """Tell whether *one* is in a branch of an ``if``, and *other* is in another."""
        choices = [it for it in self.around(one) if isinstance(it, ast.If)]
        return any(
            {_branch_of(it, one), _branch_of(it, other)} == {"body", "orelse"}
            for it in choices
        )


def _branch_of(choice: ast.If, node: ast.AST) -> str:
    """Return the name of the branch of *choice* that *node* is in, else nothing."""
    branches = {"body": choice.body, "orelse": choice.orelse}
    return next(
        (
            name
            for name, branch in branches.items()
            if any(it is node for part in branch for it in ast.walk(part))
        ),
        "",
    )


def last_name(node: ast.AST) -> str:
    """Return ``c`` of a name ``c`` and of an attribute ``a.b.c``, else nothing."""
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else ""


def argument(call: ast.Call, position: int, name: str = "") -> ast.expr | None:
    """Return the argument of *call* at *position*, or called *name*, or None."""
    if position < len(call.args):
        return call.args[position]
    return keyword(call, name)


def keyword(call: ast.Call, name: str) -> ast.expr | None:
    """Return the argument of *call* called *name*, if there is one."""
    return next((it.value for it in call.keywords if it.arg == name), None)


def value(node: ast.AST | None) -> Any:
    """Return the value of *node* if it is a literal, else `UNKNOWN`."""
    if not isinstance(node, ast.expr):
        return UNKNOWN
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError):  # No literal, or one that could not be hashed.
        return UNKNOWN


def caught(attempt: ast.Try) -> set[str]:
    """Return the names of the exceptions that *attempt* catches."""
    types = [handler.type for handler in attempt.handlers if handler.type is not None]
    names = [it.elts if isinstance(it, ast.Tuple) else [it] for it in types]
    return {last_name(each) for group in names for each in group}
