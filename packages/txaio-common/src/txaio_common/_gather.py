"""One future of many."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any


if TYPE_CHECKING:
    from txaio_common._futures import Futures
    from txaio_interfaces import IFuture

UNSET: Any = object()
"""Stands for a value that is not there: an argument left out, a pending outcome."""


class GatherAll:
    """Collects every outcome, a failure in the place of its member.

    It waits for one member at a time and walks past those that are settled by then,
    so that a hundred members cost a handful of callbacks.
    """

    __slots__ = ("_backend", "_members", "_results", "future")

    def __init__(self, backend: Futures, members: list[IFuture[Any]]) -> None:
        self._backend = backend
        self._members = members
        self._results: list[Any] = []
        self.future = backend._new_future(self._cancel)
        self._advance(None)

    def _advance(self, _member: IFuture[Any] | None) -> None:
        backend, members, results = self._backend, self._members, self._results
        take = backend._outcome
        for index in range(len(results), len(members)):
            outcome = take(members[index])
            if outcome is UNSET:
                backend._on_settled(members[index], self._advance)
                return
            results.append(outcome)
        backend.resolve(self.future, results)

    def _cancel(self, _future: IFuture[Any]) -> None:
        backend = self._backend
        for member in self._members:
            backend._on_settled(member, backend._failure)
            backend.cancel(member)


class GatherUntilFailure:
    """Collects the values, or fails as the first member that does."""

    __slots__ = ("_backend", "_done", "_members", "_pending", "future")

    def __init__(self, backend: Futures, members: list[IFuture[Any]]) -> None:
        self._backend = backend
        self._members = members
        self._pending = len(members)
        self._done = not members
        self.future = backend._new_future(self._cancel)
        if not members:
            backend.resolve(self.future, [])
        for member in members:
            backend._on_settled(member, self._settled)

    def _settled(self, member: IFuture[Any]) -> None:
        backend = self._backend
        failure = backend._failure(member)
        self._pending -= 1
        if self._done:
            return
        if failure is not None:
            self._done = True
            backend._follow(member, self.future)
        elif not self._pending:
            self._done = True
            values = [backend._outcome(member) for member in self._members]
            backend.resolve(self.future, values)

    def _cancel(self, _future: IFuture[Any]) -> None:
        # The members go on if it was one of them that ended the whole.
        if not self._done:
            self._done = True
            for member in self._members:
                self._backend.cancel(member)
