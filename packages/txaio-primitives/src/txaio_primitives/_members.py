"""The futures that a function is given, some of them as coroutines."""

from __future__ import annotations

from collections.abc import Awaitable, Iterable
from typing import Any, TypeVar

from txaio_interfaces import IBackend, IFuture
from txaio_primitives._checks import check_backend


T = TypeVar("T")


def as_futures(txa: IBackend, futures: Iterable[Awaitable[T]]) -> list[IFuture[T]]:
    """Return *futures*, each once, with a future in the place of each coroutine.

    Raises `TypeError` if *futures* is a future itself, or holds anything else.
    """
    check_backend(txa)
    if hasattr(type(futures), "__await__"):
        raise TypeError(
            "futures must be a list of futures, not a future: pass [future]"
        )
    members: list[Any] = list(dict.fromkeys(futures))
    for member in members:
        if not hasattr(type(member), "__await__"):
            raise TypeError(
                "futures must hold futures and coroutines,"
                f" not {type(member).__name__!r}: as_future(fn) makes one of what fn"
                " returns"
            )
    return [
        member if txa.is_future(member) else txa.as_future(_same, member)
        for member in members
    ]


def _same(awaitable: Any) -> Any:
    return awaitable
