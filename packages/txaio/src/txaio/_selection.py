"""Which backend the process has selected."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from sys import modules
from typing import Any, cast

from txaio._early_log import EARLY
from txaio_interfaces import IBackend, ILogging


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
        # Has no effect until a module calls `follow`.
        self._update: Callable[[Mapping[str, Any]], object] = dict
        self._names: tuple[str, ...] = ()

    def follow(
        self, update: Callable[[Mapping[str, Any]], object], names: Iterable[str]
    ) -> None:
        """Call *update* with new values for a module whenever a backend is selected.

        They are the methods of the backend called *names*, and the flags that say
        which backend it is.
        If one is selected already, *update* is called at once, as a module may be
        reloaded.
        """
        self._update = update
        self._names = tuple(names)
        if self._backend is not None:
            self._rebind(self._backend)

    def _rebind(self, backend: IBackend) -> None:
        flags = {f"using_{name}": name == backend.name for name in MODULES}
        methods = methods_of(backend, self._names)
        self._update({**methods, **flags, "_explicit_framework": backend.name})

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
        self._rebind(backend)
        EARLY.attach(backend)

    def check(self, name: str) -> None:
        """Raise `RuntimeError` if a backend is selected that has another name."""
        if self._backend is not None and self._backend.name != name:
            msg = f"Explicitly using {self._backend.name!r} already"
            raise RuntimeError(msg)


SELECTION = Selection()
"""A process has one selection, as it has one `txaio` to import."""


def methods_of(backend: IBackend, names: Iterable[str]) -> dict[str, Any]:
    """Return the methods of *backend* that are called *names*, by their names."""
    return {name: getattr(backend, name) for name in names}


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
