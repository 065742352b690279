"""Buckets of delayed calls: circular doubly linked lists.

The nodes are the handles of the calls themselves, one object for each call, and the
bucket is the sentinel.  A node is added and unlinked in a handful of assignments.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from txaio_common._driver import Handle


class Link:
    """A place in the list of a bucket."""

    __slots__ = ("next", "previous")

    next: Any
    previous: Any

    def insert_before(self, link: Link) -> None:
        """Enter the list in front of *link*."""
        self.next = link
        self.previous = before = link.previous
        before.next = link.previous = self

    def unlink(self) -> Any:
        """Leave the list; return what came after this."""
        after = self.next
        self.previous.next = after
        after.previous = self.previous
        return after


class Bucket(Link):
    """The calls that are made together once *edge*, a time in seconds, is reached."""

    __slots__ = ("_retire_soon", "edge", "key", "native", "retiring")

    next: Any
    previous: Any
    key: float
    edge: float
    retiring: bool

    def __init__(
        self, key: float, edge: float, retire_soon: Callable[[Bucket], object]
    ) -> None:
        """Make an empty bucket, which calls *retire_soon* when it was emptied."""
        self.next = self.previous = self
        self.key = key
        self.edge = edge
        self.native: Handle | None = None
        self.retiring = False
        self._retire_soon = retire_soon

    def end(self) -> None:
        """Let go of itself, which would be a reference cycle: nothing uses it now."""
        self.next = self.previous = None

    def retire_if_empty(self) -> None:
        """Give the timer up in the next turn, unless the bucket is in use by then."""
        if self.native is not None and not self.retiring:
            self.retiring = True
            self._retire_soon(self)
