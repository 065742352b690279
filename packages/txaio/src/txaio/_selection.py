"""The backend that the process has selected."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import Any, cast

from txaio._early_log import EARLY, EarlyLog
from txaio_common import hide_frames_of
from txaio_interfaces import IBackend


MODULES = {"asyncio": "txaio.aio", "twisted": "txaio.tx", "anyio": "txaio._anyio"}
"""The modules that define the facade's own backends, by the name of the backend."""

NONE_YET = (
    "To use txaio, you must first select a backend: call txaio.use_asyncio(),"
    " txaio.use_twisted() or txaio.use_anyio()"
)


class Selection:
    """The selected backend, and the module whose names are bound to it."""

    def __init__(self) -> None:
        """Start without a backend."""
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
    def logging(self) -> IBackend | EarlyLog:
        """The logging of the backend, or before the selection the early log."""
        return EARLY if self._backend is None else self._backend

    def choose(self, name: str) -> None:
        """Select our backend called *name*, unless one of that name is selected."""
        self.check(name)
        if self._backend is None:
            self.select(import_backend(name))

    def select(self, backend: IBackend) -> None:
        """Select *backend*; it may replace one of the same name."""
        self.check(backend.name)
        self.replace(backend)

    def replace(self, backend: IBackend) -> None:
        """Select *backend* in place of any other."""
        self._backend = backend
        self._rebind(backend)
        EARLY.attach(backend)

    def check(self, name: str) -> None:
        """Raise `RuntimeError` if a backend of another name is selected."""
        if self._backend is not None and self._backend.name != name:
            msg = f"Explicitly using {self._backend.name!r} already"
            raise RuntimeError(msg)


SELECTION = Selection()
"""There is one selection per process, as there is one module `txaio`."""


def methods_of(backend: IBackend, names: Iterable[str]) -> dict[str, Any]:
    """Return a dictionary of the methods of *backend* that are called *names*."""
    return {name: getattr(backend, name) for name in names}


def import_backend(name: str) -> IBackend:
    """Import the facade's backend called *name*.

    Raises `ImportError` with the command that installs or upgrades it.
    """
    try:
        return cast("IBackend", import_module(MODULES[name]).backend)
    except ImportError as error:
        # If the package is there and one of its modules is not, its release is wrong.
        package = str(error.name).partition(".")[0]
        if isinstance(error, ModuleNotFoundError) and not is_installed(package):
            msg = f"the {name} backend is not installed: pip install 'txaio[{name}]'"
        else:
            msg = (
                f"the {name} backend is of another release than what it needs:"
                f" pip install --upgrade 'txaio[{name}]' ({error})"
            )
        raise ImportError(msg, name=error.name, path=error.path) from error


hide_frames_of(import_backend)


def is_installed(package: str) -> bool:
    """Tell whether *package* is installed, without importing it.

    A folder without modules does not count: Autobahn has one called ``twisted``.
    """
    spec = find_spec(package)
    return spec is not None and spec.origin is not None


def use_asyncio() -> None:
    """Select asyncio, on the loop that is current when a function needs one.

    Raises `RuntimeError` if another backend is selected.
    """
    SELECTION.choose("asyncio")


def use_twisted() -> None:
    """Select Twisted, on the reactor that is current when a function needs one.

    Raises `RuntimeError` if another backend is selected, `ImportError` with the
    command that installs Twisted if it is missing.
    """
    SELECTION.choose("twisted")


def use_anyio(backend: IBackend | None = None) -> None:
    """Select AnyIO, with *backend* as the one to use.

    An `AnyioBackend` works inside its ``async with`` block: select it there.

    Raises `RuntimeError` if another backend is selected, `ImportError` with the
    command that installs AnyIO if it is missing,
    `TypeError` if *backend* is not a backend on AnyIO.
    """
    if backend is None:
        SELECTION.choose("anyio")
    elif getattr(backend, "name", None) == "anyio":
        use(backend)
    else:
        msg = f"backend must be an AnyioBackend, not {type(backend).__name__!r}"
        raise TypeError(msg)


def use(backend: IBackend) -> None:
    """Select *backend*, an object that the application has created.

    Raises `RuntimeError` if a backend of another name is selected,
    `TypeError` if *backend* is not an `IBackend`.
    """
    if not isinstance(cast("object", backend), IBackend):
        msg = f"backend must be an IBackend, not {type(backend).__name__!r}"
        raise TypeError(msg)
    SELECTION.select(backend)


def _use_framework(module: Any) -> None:
    """Select the backend of *module*, `txaio.aio` or `txaio.tx`, in place of any other.

    It is kept for configurations of Sphinx that have ``txaio.use_twisted`` and
    ``txaio.use_asyncio`` call it, so that they can import modules for both.
    """
    SELECTION.replace(module.backend)


def with_config(loop: Any = None) -> IBackend:
    """Return a backend on *loop*: an asyncio loop, a reactor, or itself a backend.

    Without *loop* it is the selected backend.

    Raises `RuntimeError` if no backend is selected,
    `TypeError` if the selected backend cannot be created from a loop.
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
