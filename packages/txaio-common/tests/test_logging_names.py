"""Names of loggers that were given none."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest


if TYPE_CHECKING:
    from txaio_common import Backend, Logger


CLASSMETHOD = "class C:\n @classmethod\n def f(c): return make()\n"


def name_in(txl: Backend, code: str) -> str:
    """Return what a logger is called that *code*, of module `mod`, makes as `log`."""
    space: dict[str, Any] = {"__name__": "mod", "txl": txl, "make": txl.make_logger}
    exec(code, space)  # noqa: S102 - a module of its own
    made: Logger = space["log"]
    return made.namespace


def test_module(txl: Backend):
    """O9: In a module's own code it is the module."""
    assert name_in(txl, "log = make()") == "mod"


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ("def f(): return make()\nlog = f()", "mod"),
        ("def f(self): return make()\nlog = f(txl)", "mod"),
        ("def f():\n self = txl\n return make()\nlog = f()", "mod"),
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
def test_caller(txl: Backend, body: str, name: str):
    """O9: In a class's body and methods it is the class, nothing else is."""
    assert name_in(txl, body) == name


def test_code_without_a_module(txl: Backend):
    """O9: Code that belongs to no module is of an unknown one."""
    space: dict[str, Any] = {"txl": txl, "__builtins__": {}}
    exec("log = txl.make_logger()", space)  # noqa: S102 - code of no module
    assert space["log"].namespace == "unknown"


def test_generated_method(txl: Backend):
    """O9: A method that a decorator made is of the class that has it."""

    @dataclass
    class Peer:
        log: Logger = field(default_factory=txl.make_logger)

    assert Peer().log.namespace == f"{__name__}.{Peer.__qualname__}"


def test_explicit_name(txl: Backend):
    """O9: A name that is given is the name."""
    assert txl.make_logger("any.name").namespace == "any.name"


def test_name_that_is_no_text(txl: Backend):
    """O9: Anything else as a name is refused at once."""
    with pytest.raises(TypeError, match="namespace must be a str, not 'int'"):
        txl.make_logger(3)  # type: ignore[arg-type]
