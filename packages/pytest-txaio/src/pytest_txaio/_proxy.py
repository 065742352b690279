"""A proxy for the backend, for code that runs before the loop does."""

from __future__ import annotations

from typing import Any

from txaio_interfaces import IBackend


NOT_RUNNING = (
    "the loop of this test is not running: use txaio in an `async def` test or fixture,"
    " or inside a function that you pass to txaio_run"
)


class CurrentBackend:
    """Holds the backend of the loop that is running."""

    def __init__(self) -> None:
        self.backend: Any = None
        """The backend, None while no loop is running."""

    def get(self) -> Any:
        """Return the backend; raise `RuntimeError` if no loop is running."""
        __tracebackhide__ = True
        if self.backend is None:
            raise RuntimeError(NOT_RUNNING)
        return self.backend


class BackendProxy:
    """Forwards attribute access to the current backend."""

    __slots__ = ("_current",)

    def __init__(self, current: CurrentBackend) -> None:
        self._current = current

    def __getattr__(self, name: str) -> Any:
        __tracebackhide__ = True
        if name.startswith("__"):
            # Python and pytest use these to find out what an object supports.
            raise AttributeError(name)
        if self._current.backend is None and not hasattr(IBackend, name):
            # Libraries probe objects for attributes, before any loop runs.
            raise AttributeError(name)
        return getattr(self._current.get(), name)

    def __repr__(self) -> str:
        return f"<txaio proxy for {self._current.backend!r}>"
