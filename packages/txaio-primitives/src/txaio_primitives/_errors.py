"""The exceptions."""

from __future__ import annotations


class WouldBlock(Exception):  # noqa: N818 - its name in AnyIO and Trio
    """Raised by a method that does not wait, where it would have to."""


class QueueEmpty(WouldBlock):
    """Raised by `Queue.get_nowait`: there is no item now."""


class QueueFull(WouldBlock):
    """Raised by `Queue.put_nowait`: the queue is full."""


class QueueClosed(Exception):  # noqa: N818 - like its siblings
    """The queue was closed: it takes no items, and has none left."""
