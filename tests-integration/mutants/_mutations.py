"""The mutants of a module.

Annotations, messages, `assert`, `__slots__` and what is for type checkers stay as they
are.  So does the only assignment to a local name, as its use would fail anyway, and
what would be the same as another mutant: with a body of one statement, leaving that out
is the same as a condition that is false.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True)
class Mutant:
    """A change of the bytes *start* to *end* of a source, which are *old*, to *new*."""

    function: str
    line: int
    start: int
    end: int
    old: str
    new: str

    @property
    def key(self) -> str:
        """What the mutant is, without a number of a line."""
        return f"{self.function}: {' '.join(self.old.split())} -> {self.new}"

    def apply(self, source: bytes) -> bytes:
        """Return the *source* with the change."""
        return source[: self.start] + self.new.encode() + source[self.end :]


def mutants(source: bytes) -> list[Mutant]:
    """Return the mutants of a module, in the order of its lines."""
    finder = _Finder(source)
    finder.visit(ast.parse(source))
    return sorted(set(finder.found), key=lambda it: (it.start, it.end, it.new))


OTHER_COMPARISON = {
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
}
OTHER_OPERATOR = {
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: ("*", "/"),
    ast.Div: ("/", "*"),
    ast.FloorDiv: ("//", "*"),
    ast.Mod: ("%", "*"),
}


class _Finder(ast.NodeVisitor):
    def __init__(self, source: bytes) -> None:
        self.found: list[Mutant] = []
        self._source = source
        lines = source.splitlines(keepends=True)
        self._starts = [sum(map(len, lines[:index])) for index in range(len(lines))]
        self._names: list[str] = []
        self._stored: list[Counter[str]] = []
        """How often each function around this assigns to a name."""
        self._conditions: set[ast.expr] = set()
        """What is replaced by True or False, so that negating it would be no more."""

    def _text(self, node: ast.AST) -> str:
        start, end = self._place(node)
        return self._source[start:end].decode()

    def _place(self, node: ast.AST) -> tuple[int, int]:
        assert isinstance(node, (ast.stmt, ast.expr))
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        start = self._starts[node.lineno - 1] + node.col_offset
        return start, self._starts[node.end_lineno - 1] + node.end_col_offset

    def _add(self, node: ast.stmt | ast.expr, new: str) -> None:
        start, end = self._place(node)
        old, name = self._text(node), ".".join(self._names)
        self.found.append(Mutant(name, node.lineno, start, end, old, new))

    def _exchange(
        self,
        node: ast.stmt | ast.expr,
        left: ast.expr,
        right: ast.expr,
        operators: tuple[str, str],
    ) -> None:
        """Exchange the operator between *left* and *right*, which are in *node*."""
        start, end = self._place(node)
        first, last = self._place(left)[1], self._place(right)[0]
        between = self._source[first:last].decode().replace(*operators, 1)
        before, after = self._source[start:first], self._source[last:end]
        self._add(node, before.decode() + between + after.decode())

    def _visit_all(self, nodes: list[ast.stmt] | list[ast.expr]) -> None:
        for node in nodes:
            self.visit(node)

    # What contains statements

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._names.append(node.name)
        self._visit_all(node.body)
        self._names.pop()

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        if any(self._text(it) == "overload" for it in node.decorator_list):
            return
        self._names.append(node.name)
        self._stored.append(Counter(_stored_names(node)))
        self._visit_all(node.args.defaults)
        self._visit_all([it for it in node.args.kw_defaults if it is not None])
        self._visit_all(node.body)
        self._stored.pop()
        self._names.pop()

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815 - as `ast` names it

    def visit_If(self, node: ast.If) -> None:
        if self._text(node.test) == "TYPE_CHECKING":
            return
        is_one = len(node.body) == 1 and not node.orelse and _is_left_out(node.body[0])
        self._condition(node.test, "True", *([] if is_one else ["False"]))
        self.generic_visit(node)

    def visit_While(self, node: ast.While) -> None:
        if not isinstance(node.test, ast.Constant):
            self._condition(node.test, "False")
            self.visit(node.test)
        self._visit_all(node.body)

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        if node.type is not None:
            self._add(node.type, "()")
        self._visit_all(node.body)

    # Statements that are left out

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, (ast.Constant, ast.Yield, ast.YieldFrom)):
            self._add(node, "pass")
        self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        names = [it.id for it in node.targets if isinstance(it, ast.Name)]
        if "__slots__" in names:
            return
        if self._names and not self._is_only_assignment(names):
            self._add(node, "pass")
        self.visit(node.value)

    def _is_only_assignment(self, names: list[str]) -> bool:
        return bool(names and self._stored) and self._stored[-1][names[0]] == 1

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is None:
            return
        if self._names and not isinstance(node.target, ast.Name):
            self._add(node, "pass")
        self.visit(node.value)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self._add(node, "pass")
        if type(node.op) in OTHER_OPERATOR:
            self._exchange(node, node.target, node.value, OTHER_OPERATOR[type(node.op)])
        self.visit(node.value)

    def visit_Return(self, node: ast.Return) -> None:
        if node.value is None:
            self._add(node, "pass")
        elif self._text(node.value) != "None":
            self._add(node, "return None")
            self.visit(node.value)

    def visit_Raise(self, node: ast.Raise) -> None:
        if "NotImplementedError" not in self._text(node):
            self._add(node, "pass")

    def visit_Delete(self, node: ast.Delete) -> None:
        self._add(node, "pass")

    def visit_Break(self, node: ast.Break) -> None:
        self._add(node, "pass")

    def visit_Continue(self, node: ast.Continue) -> None:
        self._add(node, "pass")

    def visit_Assert(self, node: ast.Assert) -> None:
        """Leave it: it is never false."""

    # Expressions

    def _condition(self, node: ast.expr, *others: str) -> None:
        self._conditions.add(node)
        for new in others:
            self._add(node, new)

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self._condition(node.test, "True", "False")
        self.generic_visit(node)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        for test in node.ifs:
            self._condition(test, "True", "False")
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        for value in node.values:
            self._condition(value, str(isinstance(node.op, ast.And)))
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        if isinstance(node.op, ast.Not):
            if node not in self._conditions:
                self._add(node, f"bool({self._text(node.operand)})")
            self._conditions.add(node.operand)
        self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> None:
        operands = [node.left, *node.comparators]
        for operator, (left, right) in zip(node.ops, pairwise(operands), strict=True):
            if type(operator) in OTHER_COMPARISON:
                self._exchange(node, left, right, OTHER_COMPARISON[type(operator)])
        if node not in self._conditions:
            self._add(node, f"(not {self._text(node)})")
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, bool):
            self._add(node, str(not node.value))
        elif isinstance(node.value, (int, float)):
            self._add(node, repr(node.value + 1))

    def visit_BinOp(self, node: ast.BinOp) -> None:
        is_text = any(map(_is_text, (node.left, node.right)))
        if type(node.op) in OTHER_OPERATOR and not is_text:
            self._exchange(node, node.left, node.right, OTHER_OPERATOR[type(node.op)])
        self.generic_visit(node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        """Leave it: it is a message."""

    def visit_Call(self, node: ast.Call) -> None:
        name = self._text(node.func)
        if name in {"max", "min"} and len(node.args) > 1:
            for argument in node.args:
                self._add(node, self._text(argument))
        elif name == "suppress":
            self._add(node, "suppress()")
        elif name in {"cast", "TypeVar", "ParamSpec"}:
            return
        self.generic_visit(node)


def _is_left_out(node: ast.stmt) -> bool:
    """Tell whether there is a mutant without the statement *node*."""
    if isinstance(node, ast.Return):
        return node.value is None
    kinds = (ast.AugAssign, ast.Break, ast.Continue, ast.Delete, ast.Expr, ast.Raise)
    return isinstance(node, kinds)


def _is_text(node: ast.expr) -> bool:
    is_literal = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return is_literal or isinstance(node, ast.JoinedStr)


def _stored_names(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    """Yield each name as often as the *function* has it for an argument or target."""
    for node in ast.walk(function):
        if isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
