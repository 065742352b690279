"""Namespaces: the default name of a logger, and the check of a given one."""

from __future__ import annotations

from inspect import CO_OPTIMIZED
from types import CodeType, FrameType
from typing import Any


def check_str(value: object, name: str) -> None:
    """Raise `TypeError` unless *value*, the argument called *name*, is a string."""
    if not isinstance(value, str):
        msg = f"{name} must be a str, not {type(value).__name__!r}"
        raise TypeError(msg)


def name_of_caller(frame: FrameType) -> str:
    """Return ``module.Class`` for the code that runs in *frame*, or its module."""
    module = str(frame.f_globals.get("__name__", "unknown"))
    code = frame.f_code
    if code.co_flags & CO_OPTIMIZED:
        owner = _class_of_method(code, frame, module)
        return owner or module
    qualname = frame.f_locals.get("__qualname__")
    # Apart from functions, only the body of a class has a qualified name.
    return module if qualname is None else f"{module}.{qualname}"


def _class_of_method(code: CodeType, frame: FrameType, module: str) -> str | None:
    """Return the name of the class that *code* is a method of, if it is a method.

    It is the class of the first argument, which may be a subclass.
    """
    owner = _owner(code.co_qualname)
    first = frame.f_locals.get(code.co_varnames[0]) if code.co_argcount else None
    kind: type = first if isinstance(first, type) else type(first)
    for base in kind.__mro__:
        # The qualified name of a method made by a decorator does not name its class.
        if (base.__module__, base.__qualname__) == (module, owner) or _has(base, code):
            return f"{kind.__module__}.{kind.__qualname__}"
    return f"{module}.{owner}" if owner else None


def _owner(qualname: str) -> str:
    """Return the part of a function's *qualname* that names a class.

    A function's name and ``<locals>`` precede the names of what it contains.
    """
    outer = qualname.rpartition(".")[0]
    while outer.endswith(".<locals>"):
        outer = outer.removesuffix(".<locals>").rpartition(".")[0]
    return outer


def _has(kind: type, code: CodeType) -> bool:
    method: Any = vars(kind).get(code.co_name)
    return getattr(method, "__code__", None) is code
