"""Which future waits for which, to find those that wait for each other in a cycle."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any


def find_path(
    start: Any, target: object, awaits: Callable[[Any], Iterable[Any]]
) -> list[Any]:
    """Return the futures, from *start*, that wait each for the next.

    The last of them waits for *target*.  If *start* does not wait for it, not even
    through others, the list is empty.  ``awaits(future)`` gives the pending futures for
    which a future waits.
    """
    before: dict[Any, Any] = {start: None}
    stack = [start]
    while stack:
        future = stack.pop()
        for awaited in awaits(future):
            if awaited is target:
                path = []
                while future is not None:
                    path.append(future)
                    future = before[future]
                return path[::-1]
            if awaited not in before:
                before[awaited] = future
                stack.append(awaited)
    return []
