"""The names of loggers that are made without one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest


if TYPE_CHECKING:
    from txaio_common import Backend, Logger


CLASSMETHOD = "class C:\n @classmethod\n def f(c): return make()\n"


def name_in(txa: Backend, code: str) -> str:
    """Return the namespace of the logger that *code*, of module `mod`, names `log`."""
    space: dict[str, Any] = {"__name__": "mod", "txa": txa, "make": txa.make_logger}
    exec(code, space)  # noqa: S102 - a module of its own
    made: Logger = space["log"]
    return made.namespace


def test_module(txa: Backend):
    """O9: In code at the top level of a module, it is the name of the module."""
    assert name_in(txa, "log = make()") == "mod"


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ("def f(): return make()\nlog = f()", "mod"),
        ("def f(self): return make()\nlog = f(txa)", "mod"),
        ("def f():\n self = txa\n return make()\nlog = f()", "mod"),
        ("log = (lambda: make())()", "mod"),
        ("class C:\n log = make()\nlog = C.log", "mod.C"),
        ("class C:\n class D:\n  log = make()\nlog = C.D.log", "mod.C.D"),
        ("class C:\n def f(me): return make()\nlog = C().f()", "mod.C"),
        ("class C:\n class D:\n  def f(s): return make()\nlog = C.D().f()", "mod.C.D"),
        ("class C:\n def f(s):\n  s = 3\n  return make()\nlog = C().f()", "mod.C"),
        (f"{CLASSMETHOD}class D(C): 0\nlog = D.f()", "mod.D"),
        ("class C:\n @staticmethod\n def f(): return make()\nlog = C.f()", "mod.C"),
        ("class C:\n def f(s): return make()\nclass D(C): 0\nlog = D().f()", "mod.D"),
        ("class C:\n def f(s): return (lambda: make())()\nlog = C().f()", "mod.C"),
        ("def f():\n class C: l = make()\n return C.l\nlog = f()", "mod.f.<locals>.C"),
    ],
)
def test_caller(txa: Backend, body: str, name: str):
    """O9: In a class's body and methods it is the class, elsewhere the module."""
    assert name_in(txa, body) == name


def test_code_without_a_module(txa: Backend):
    """O9: In code that belongs to no module, it is `unknown`."""
    space: dict[str, Any] = {"txa": txa, "__builtins__": {}}
    exec("log = txa.make_logger()", space)  # noqa: S102 - code of no module
    assert space["log"].namespace == "unknown"


def test_generated_method(txa: Backend):
    """O9: In a method that a decorator has made, it is the class."""

    @dataclass
    class Peer:
        log: Logger = field(default_factory=txa.make_logger)

    assert Peer().log.namespace == f"{__name__}.{Peer.__qualname__}"


def test_explicit_name(txa: Backend):
    """O9: A name that is passed is used as it is."""
    assert txa.make_logger("any.name").namespace == "any.name"


def test_name_that_is_not_a_str(txa: Backend):
    """O9: `TypeError` names the argument."""
    with pytest.raises(TypeError, match="namespace must be a str, not 'int'"):
        txa.make_logger(3)  # type: ignore[arg-type]
