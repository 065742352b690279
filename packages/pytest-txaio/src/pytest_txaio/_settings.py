"""The settings of a test: from its marks and from the options."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import pytest

from pytest_txaio._backends import Backends
from pytest_txaio._host import ClockName
from pytest_txaio._time import in_seconds


MARKER_LINE = (
    "txaio(backends=None, clock=None, timeout=None, leftovers=True): the backends that"
    " a test runs on, its clock ('virtual' or 'real'), the number of real seconds after"
    " which it counts as hung, and whether it fails if it leaves timers, tasks or"
    " sockets behind"
)

NO_BACKEND = "no txaio backend is installed: pip install 'pytest-txaio[all]'"

NOT_TAKEN = (
    "take the fixture txaio as an argument of the test: backends are selected before it"
    " is set up"
)
PARAMETRIZED = (
    "{!r} cannot be parametrized: select backends with"
    " @pytest.mark.txaio(backends=[...])"
)

KEYWORDS = ("backends", "clock", "timeout", "leftovers")


@dataclass(frozen=True)
class Settings:
    """The settings of a test; None where nothing is set."""

    timeout: float
    backends: Sequence[str] | None = None
    clock: ClockName | None = None
    leftovers: bool = True


def settings_of(node: pytest.Item, timeout: float) -> Settings:
    """Return the settings from the marks of *node*; the nearest mark has precedence.

    Raises `pytest.UsageError` if a mark is invalid.
    """
    asked: dict[str, Any] = {"timeout": timeout}
    for mark in reversed(list(node.iter_markers("txaio"))):
        if mark.args:
            message = f"the txaio mark takes keywords only ({', '.join(KEYWORDS)})"
            raise pytest.UsageError(f"{message}, not {mark.args[0]!r}")
        for keyword, value in mark.kwargs.items():
            asked[keyword] = _checked(keyword, value)
    return Settings(**asked)


def _checked(keyword: str, value: Any) -> Any:
    if keyword not in KEYWORDS:
        message = f"the txaio mark has no {keyword!r}: it takes {', '.join(KEYWORDS)}"
        raise pytest.UsageError(message)
    if keyword == "backends" and not _is_list_of_names(value):
        message = f"backends must be a list of names, as in ['asyncio'], not {value!r}"
        raise pytest.UsageError(message)
    if keyword == "clock" and value not in ("virtual", "real"):
        raise pytest.UsageError(f"clock must be 'virtual' or 'real', not {value!r}")
    if keyword == "leftovers" and not isinstance(value, bool):
        raise pytest.UsageError(f"leftovers must be True or False, not {value!r}")
    return check_seconds(value, keyword) if keyword == "timeout" else value


def _is_list_of_names(value: Any) -> bool:
    if not isinstance(value, list | tuple):
        return False
    names = cast("Sequence[object]", value)
    return bool(names) and all(isinstance(name, str) for name in names)


def check_seconds(value: Any, name: str) -> float:
    """Return *value*, the setting *name*, as a number of seconds above 0.

    Raises `pytest.UsageError` if it is not one.
    """
    try:
        number = in_seconds(value)
    except TypeError:
        number = 0.0
    if not number > 0 or isinstance(value, bool):
        message = f"{name} must be a number of seconds above 0, not {value!r}"
        raise pytest.UsageError(message)
    return number


def parse_number(text: str) -> float | str:
    """Return *text* as a number, or unchanged if it is not one."""
    try:
        return float(text)
    except ValueError:
        return text


def backend_params(settings: Settings, backends: Backends) -> list[Any]:
    """Return the names of the backends to run a test with *settings* on.

    If none is left, return one parameter that skips the test with the reason.

    Raises `pytest.UsageError` if a backend is unknown or not installed.
    """
    names = backends.names
    if settings.backends is not None:
        asked = backends.expand(settings.backends)
        # A selection for all tests limits the backends of each.
        names = [name for name in asked if name in names or not backends.is_chosen]
        if not names:
            return [_skip(f"is for {', '.join(asked)}, which was not selected")]
    if not names:
        # The test fails, not its module: other tests in it may need no backend.
        return [pytest.param("", id="none")]
    for name in names:
        backends.check_installed(name)
    if settings.clock is None:
        return names
    able = [name for name in names if settings.clock in backends.clocks(name)]
    return able or [_skip(f"no {settings.clock} clock on {', '.join(names)}")]


def _skip(reason: str) -> Any:
    return pytest.param("", marks=pytest.mark.skip(reason=reason), id="none")
