"""A user's mistakes: type checkers have to find each.

An ignore that silences nothing is an error, with both checkers;
so this file passes only as long as every line of it is found wrong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import txaio_asyncio
from txaio_interfaces import IBackend, IBatchedTimer


if TYPE_CHECKING:
    from txaio_interfaces import IFailedFuture


async def double(number: int) -> int:
    """Be a coroutine function."""
    return 2 * number


def on_number(number: int) -> None:
    """Be a callback of an integer."""


def on_failure(failure: IFailedFuture) -> None:
    """Be an errback."""


async def mistakes(txa: IBackend) -> None:
    """Use futures wrongly."""
    txa.as_future(double, "1")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]
    txa.as_future(double, 1, 2)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    txa.as_future(double)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    text: str = await txa.as_future(double, 1)  # type: ignore[call-overload]  # pyright: ignore[reportAssignmentType]
    txa.add_callbacks(txa.create_future_success("text"), on_number, on_failure)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    txa.add_callbacks(txa.as_future(double, 1), on_number)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    txa.reject(txa.create_future(), "a text is no exception")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    txa.gather([1, 2])  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    txa.resolve(double(1), 2)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    txa.then(text)  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]


async def more_mistakes(txa: IBackend) -> None:
    """Use timers and loggers wrongly."""
    txa.call_later("1", on_number, 1)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    txa.call_later(1, on_number, "1")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    txa.make_batched_timer(5).call_later(1, on_number)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    txa.make_logger().fatal("there is no such level")  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
    txa.sleep(None)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def abstract_mistakes() -> None:
    """Make what only a backend makes."""
    IBackend()  # type: ignore[abstract]  # pyright: ignore[reportAbstractUsage]
    IBatchedTimer()  # type: ignore[abstract]  # pyright: ignore[reportAbstractUsage]


def main_mistakes() -> None:
    """Run what is no application."""
    txaio_asyncio.run(double, "1")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    txaio_asyncio.run(mistakes, "one argument too many")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    txaio_asyncio.run(on_number)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
