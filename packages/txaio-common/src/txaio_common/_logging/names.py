"""What a logger is called that was given no name."""

from __future__ import annotations

from inspect import CO_OPTIMIZED
from typing import TYPE_CHECKING, Any


if TYPE_CHECKING:
    from types import CodeType, FrameType


def name_of_caller(frame: FrameType) -> str:
    """Return ``module.Class`` of the code that runs in *frame*, or its module."""
    module = str(frame.f_globals.get("__name__", "unknown"))
    code = frame.f_code
    if code.co_flags & CO_OPTIMIZED:
        owner = _class_of_method(code, frame, module)
        return owner or module
    qualname = frame.f_locals.get("__qualname__")
    # Of all code that is no function's, a class's body alone has a qualified name.
    return module if qualname is None else f"{module}.{qualname}"


def _class_of_method(code: CodeType, frame: FrameType, module: str) -> str | None:
    """Return the class whose method *code* is: of the object at hand, if it is one."""
    owner = _owner(code.co_qualname)
    first = frame.f_locals.get(code.co_varnames[0]) if code.co_argcount else None
    kind: type = first if isinstance(first, type) else type(first)
    for base in kind.__mro__:
        # A method made by a decorator does not say whose it is.
        if (base.__module__, base.__qualname__) == (module, owner) or _has(base, code):
            return f"{kind.__module__}.{kind.__qualname__}"
    return f"{module}.{owner}" if owner else None


def _owner(qualname: str) -> str:
    """Return what of a function's *qualname* is the name of a class.

    Functions are followed by ``<locals>`` in the names of what they hold.
    """
    outer = qualname.rpartition(".")[0]
    while outer.endswith(".<locals>"):
        outer = outer.removesuffix(".<locals>").rpartition(".")[0]
    return outer


def _has(kind: type, code: CodeType) -> bool:
    method: Any = vars(kind).get(code.co_name)
    return getattr(method, "__code__", None) is code
