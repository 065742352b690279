"""Exception groups, and what is in them."""

from __future__ import annotations

from typing import cast


def alone(error: BaseException) -> BaseException:
    """Return *error*, taken out of groups in which it is the only one."""
    while isinstance(error, BaseExceptionGroup):
        group = cast("BaseExceptionGroup[BaseException]", error)
        first, *others = group.exceptions
        if others:
            return group
        error = first
    return error
