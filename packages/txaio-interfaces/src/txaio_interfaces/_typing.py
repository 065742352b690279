"""What the annotations need of `typing`, whose import alone would take 10 ms.

Type checkers see the real names.
At run time annotations stay strings, and the stand-ins below are enough.
"""

from __future__ import annotations

from abc import ABC


TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import ParamSpec, Protocol, TypeVar, overload, runtime_checkable

    P = ParamSpec("P")
    T = TypeVar("T")
    T_co = TypeVar("T_co", covariant=True)
else:
    T_co = None

    class Protocol(ABC):
        """An ABC that takes type parameters and forgets them."""

        def __class_getitem__(cls, _parameters):
            return cls

    def runtime_checkable(cls):
        """Return *cls*: an ABC can be asked with `isinstance` as it is."""
        return cls

    def overload(function):
        """Return *function*; the definition that follows replaces it."""
        return function


__all__ = [
    "TYPE_CHECKING",
    "P",
    "Protocol",
    "T",
    "T_co",
    "overload",
    "runtime_checkable",
]
