"""The changes that are made are as described, and the lists are up to date."""

from __future__ import annotations

import pytest

from mutants._known import KNOWN
from mutants._mutations import mutants
from mutants._plan import MODULES, ROOT, source


@pytest.mark.parametrize(
    ("line", "changed"),
    [
        ("f(a)", ["pass"]),
        ("self.a = b", ["pass"]),
        ("self.a: int = b", ["pass"]),
        ("self.a += b", ["pass", "self.a -= b"]),
        ("del a", ["pass"]),
        ("raise a", ["pass"]),
        ("return", ["pass"]),
        ("return a", ["return None"]),
        ("return True", ["return False", "return None"]),
        ("return a - (b - c)", "return a + (b - c)|return a - (b + c)|return None"),
        ("return a < b", "return (not a < b)|return None|return a <= b"),
        ("return not a", "return None|return bool(a)"),
        ("return a and not b", "return None|return True and not b|return a and True"),
        ("return max(a, b)", ["return None", "return a", "return b"]),
        ("return b if a else c", "return None|return b if False else c"),
        ("a = 1", ["a = 2"]),
        ("a = b", []),
        ("b = a", ["pass"]),
        ("if a: f(a)", ["if True: f(a)", "if a: pass"]),
        ("if a: return b", ["if False: return b", "if True: return b"]),
        ("while a >= b: break", ["while False: break", "while a > b: break"]),
        ("while True: f(a)", ["while True: pass"]),
        ("with suppress(E): f(a)", ["with suppress(): f(a)", "with suppress(E): pass"]),
        ("return [a for a in b if a]", "return None|return [a for a in b if False]"),
        ("'Some text.'", []),
        ("assert a > 1", []),
        ("raise NotImplementedError", []),
        ("if TYPE_CHECKING: f(a)", []),
        ("return 'a %s' % a", ["return None"]),
    ],
)
def test_changes_of_a_line(line: str, changed: list[str] | str):
    """A statement is left out, a condition decided, an operator exchanged."""
    text = f"def fn(b: int = d, c: float = d):\n  {line}\n".encode()
    found = [it.apply(text).decode().split("\n")[1].strip() for it in mutants(text)]
    wanted = changed.split("|") if isinstance(changed, str) else changed
    assert set(wanted) <= set(found)
    assert bool(wanted) == bool(found)


def test_handlers_of_exceptions():
    """A handler is made to handle nothing."""
    text = b"try:\n  a = b\nexcept (E, F):\n  raise\n"
    changed = [it.apply(text) for it in mutants(text)]
    assert text.replace(b"(E, F)", b"()") in changed


def test_key_of_a_mutant():
    """It names the function, and has no line breaks."""
    text = "class A:\n  def é(self):\n    if (a and\n      b): self.a = 'é'\n".encode()
    keys = [it.key for it in mutants(text)]
    assert "A.é: a and b -> True" in keys
    assert "A.é: self.a = 'é' -> pass" in keys


def test_mutants_compile():
    """A syntax error would be a failure of all tests."""
    module = "txaio_common._buckets"
    text = (ROOT / source(module)).read_bytes()
    for mutant in mutants(text):
        compile(mutant.apply(text), module, "exec")


def test_known_survivors():
    """Those that are known to survive are among the mutants of their module."""
    for module, reasons in KNOWN.items():
        found = mutants((ROOT / source(module)).read_bytes())
        assert set(reasons) <= {mutant.key for mutant in found}


def test_modules():
    """Each module that is named is there."""
    assert all((ROOT / source(it)).is_file() for it in MODULES)
    assert set(KNOWN) <= set(MODULES)
