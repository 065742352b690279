"""What stands for the backend where its loop does not run yet."""

from __future__ import annotations

from typing import Any

from txaio_interfaces import IBackend


NOT_RUNNING = (
    "the loop of this test does not run: use txaio in an `async def` test or fixture,"
    " or in a sync test inside a function that txaio_run is given"
)


class CurrentBackend:
    """The backend of the run that is going on."""

    def __init__(self) -> None:
        self.backend: Any = None
        """The backend, None while no loop runs."""

    def get(self) -> Any:
        """Return the backend; raise `RuntimeError` that names the fix if none runs."""
        __tracebackhide__ = True
        if self.backend is None:
            raise RuntimeError(NOT_RUNNING)
        return self.backend


class BackendProxy:
    """Does what the backend of the current run does."""

    __slots__ = ("_current",)

    def __init__(self, current: CurrentBackend) -> None:
        self._current = current

    def __getattr__(self, name: str) -> Any:
        __tracebackhide__ = True
        if name.startswith("__"):
            # So Python and pytest ask what kind of object this is.
            raise AttributeError(name)
        if self._current.backend is None and not hasattr(IBackend, name):
            # So libraries ask what an object is, before any loop runs.
            raise AttributeError(name)
        return getattr(self._current.get(), name)

    def __repr__(self) -> str:
        return f"<txaio stand-in for {self._current.backend!r}>"
