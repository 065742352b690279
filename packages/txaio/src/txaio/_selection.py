"""Which backend the process has selected."""

from __future__ import annotations

from importlib import import_module
from sys import modules
from typing import TYPE_CHECKING, Any, cast

from txaio._early import EARLY
from txaio_interfaces import IBackend, ILogging


if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

BOUND = (
    "add_callbacks",
    "as_future",
    "call_later",
    "cancel",
    "create_failure",
    "create_future",
    "create_future_error",
    "create_future_success",
    "failure_format_traceback",
    "failure_message",
    "failure_traceback",
    "gather",
    "is_called",
    "is_future",
    "make_batched_timer",
    "reject",
    "resolve",
    "sleep",
)
"""The methods of a backend that are functions of the module."""

BOUND_TOO = (
    "add_log_categories",
    "get_global_log_level",
    "set_global_log_level",
    "start_logging",
    "with_config",
)
"""Those that only a module of one backend takes; txaio's own do more."""

MODULES = {"asyncio": "txaio.aio", "twisted": "txaio.tx", "anyio": "txaio._anyio"}
"""The modules that have a backend of the facade's, by its name."""

NONE_YET = (
    "To use txaio, you must first select a backend: call txaio.use_asyncio(),"
    " txaio.use_twisted() or txaio.use_anyio()"
)


class Selection:
    """The backend of the process, once there is one, and who is told of it."""

    def __init__(self) -> None:
        """Select none."""
        self._backend: IBackend | None = None
        self._tell: Callable[[Mapping[str, Any]], object] = dict

    def follow(self, tell: Callable[[Mapping[str, Any]], object]) -> None:
        """Have *tell* called with the names that a selection gives new values.

        It is called at once if there is one: the module may be reloaded.
        """
        self._tell = tell
        if self._backend is not None:
            tell(names_of(self._backend))

    @property
    def backend(self) -> IBackend:
        """The backend; raises `RuntimeError` if none is selected."""
        if self._backend is None:
            raise RuntimeError(NONE_YET)
        return self._backend

    @property
    def logging(self) -> ILogging:
        """The backend, or else what keeps messages until there is one."""
        return EARLY if self._backend is None else self._backend

    def choose(self, name: str) -> None:
        """Select the backend called *name*, unless one of that name is selected."""
        self.check(name)
        if self._backend is None:
            self.select(import_backend(name))

    def select(self, backend: IBackend) -> None:
        """Select *backend* in place of any other of its name."""
        self.check(backend.name)
        self._backend = backend
        self._tell(names_of(backend))
        EARLY.hand_over(backend)

    def check(self, name: str) -> None:
        """Raise `RuntimeError` if a backend is selected that has another name."""
        if self._backend is not None and self._backend.name != name:
            msg = f"Explicitly using {self._backend.name!r} already"
            raise RuntimeError(msg)


SELECTION = Selection()
"""A process has one selection, as it has one `txaio` to import."""


def names_of(backend: IBackend) -> dict[str, Any]:
    """Return what `txaio` has of the *backend* that is selected, by its names."""
    return {
        **{name: getattr(backend, name) for name in BOUND},
        **{f"using_{known}": known == backend.name for known in MODULES},
        "_explicit_framework": backend.name,
    }


def functions_of(backend: IBackend) -> dict[str, Any]:
    """Return the functions that the module of one *backend* has, by their names."""
    return {name: getattr(backend, name) for name in (*BOUND, *BOUND_TOO)}


def import_backend(name: str) -> IBackend:
    """Return the facade's backend called *name*, which may not be installed."""
    try:
        return cast("IBackend", import_module(MODULES[name]).backend)
    except ImportError as error:
        # A package that is there and lacks a module is of another release.
        package = modules.get(str(error.name).partition(".")[0])
        if isinstance(error, ModuleNotFoundError) and package is None:
            msg = f"the {name} backend is not installed: pip install 'txaio[{name}]'"
        else:
            msg = (
                f"the {name} backend is of another release than what it needs:"
                f" pip install --upgrade 'txaio[{name}]' ({error})"
            )
        raise ImportError(msg, name=error.name, path=error.path) from error


def use_asyncio() -> None:
    """Select asyncio, on the loop that runs when a function needs one.

    Raises `RuntimeError` if another backend is selected.
    """
    SELECTION.choose("asyncio")


def use_twisted() -> None:
    """Select Twisted, on the reactor that there is when a function needs one.

    Raises `RuntimeError` if another backend is selected, `ImportError` with the
    command that installs it if Twisted is not there.
    """
    SELECTION.choose("twisted")


def use_anyio(backend: IBackend | None = None) -> None:
    """Select AnyIO, and *backend* of those that run there.

    An `AnyioBackend` lives as long as its ``async with`` block: select it inside.

    Raises `RuntimeError` if another backend is selected, `ImportError` with the
    command that installs it if AnyIO is not there,
    `TypeError` if *backend* is none on AnyIO.
    """
    if backend is None:
        SELECTION.choose("anyio")
    elif getattr(backend, "name", None) == "anyio":
        use(backend)
    else:
        msg = f"backend must be an AnyioBackend, not {type(backend).__name__!r}"
        raise TypeError(msg)


def use(backend: IBackend) -> None:
    """Select *backend*, an object that the application has made.

    Raises `RuntimeError` if one with another name is selected,
    `TypeError` if *backend* is none.
    """
    if not isinstance(cast("object", backend), IBackend):
        msg = f"backend must be an IBackend, not {type(backend).__name__!r}"
        raise TypeError(msg)
    SELECTION.select(backend)


def with_config(loop: Any = None) -> IBackend:
    """Return the functions on *loop*: an asyncio loop, a reactor, or a backend.

    Without *loop* they are those of this module.

    Raises `RuntimeError` if no backend is selected,
    `TypeError` if the one that is selected cannot be had on *loop*.
    """
    backend = SELECTION.backend
    if loop is None:
        return backend
    if isinstance(loop, IBackend):
        return loop
    make = getattr(import_backend(backend.name), "on_loop", None)
    if make is None:
        msg = (
            f"a backend on {backend.name} takes more than a loop: make it, and give it"
            " in the place of the loop"
        )
        raise TypeError(msg)
    return cast("IBackend", make(loop))
