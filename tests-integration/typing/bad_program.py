"""Mistakes in calls: type checkers have to report each of them.

Each line has an ignore comment for mypy, for pyright and for ty, and an ignore comment
without an error is an error in all three.  So this file passes only if every line is
reported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import txaio
import txaio_asyncio
from txaio_interfaces import IBackend, IBatchedTimer
from txaio_primitives import Lock, Queue, Shared, TaskGroup


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
    txa.as_future(double, "1")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]  # ty: ignore[no-matching-overload]
    txa.as_future(double, 1, 2)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]  # ty: ignore[no-matching-overload]
    txa.as_future(double)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]  # ty: ignore[no-matching-overload]
    text: str = await txa.as_future(double, 1)  # type: ignore[call-overload]  # pyright: ignore[reportAssignmentType]  # ty: ignore[invalid-assignment]
    txa.add_callbacks(txa.create_future_success("text"), on_number, on_failure)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # ty: ignore[invalid-argument-type]
    txa.add_callbacks(txa.as_future(double, 1), on_number)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]  # ty: ignore[missing-argument]
    txa.reject(txa.create_future(), "a text is no exception")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # ty: ignore[invalid-argument-type]
    txa.gather([1, 2])  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # ty: ignore[invalid-argument-type]
    both = txa.gather([txa.as_future(double, 1)] * 2, consume_exceptions=False)
    texts: list[str] = await both  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]  # ty: ignore[invalid-assignment]
    txa.resolve(double(1), 2)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # ty: ignore[invalid-argument-type]
    txa.then(text, texts)  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]  # ty: ignore[missing-attribute]


async def more_mistakes(txa: IBackend) -> None:
    """Use timers and loggers wrongly."""
    txa.call_later("1", on_number, 1)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # ty: ignore[invalid-argument-type]
    txa.call_later(1, on_number, "1")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # ty: ignore[invalid-argument-type]
    txa.make_batched_timer(5).call_later(1, on_number)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]  # ty: ignore[missing-argument]
    txa.make_logger().fatal("there is no such level")  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]  # ty: ignore[missing-attribute]
    txa.start_logging(level="warning")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # ty: ignore[invalid-argument-type]
    txa.start_logging(format="xml")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # ty: ignore[invalid-argument-type]
    txa.set_global_log_level("warning")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # ty: ignore[invalid-argument-type]
    txa.set_log_level("a.b", "warning")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # ty: ignore[invalid-argument-type]
    txa.make_logger().is_enabled_for("warning")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # ty: ignore[invalid-argument-type]
    txa.sleep(None)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # ty: ignore[invalid-argument-type]


async def concrete_mistakes(txa: txaio_asyncio.AsyncioBackend) -> None:
    """Use a concrete backend wrongly."""
    txa.as_future(double, "1")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]  # ty: ignore[no-matching-overload]
    txa.add_callbacks(txa.create_future_success("text"), on_number, None)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # ty: ignore[invalid-argument-type]
    txa.call_later(1, on_number, "1")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # ty: ignore[invalid-argument-type]
    txa.create_future().set_results(1)  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]  # ty: ignore[missing-attribute]
    txa.call_from_thread(on_number, "1")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # ty: ignore[invalid-argument-type]


def facade_mistakes() -> None:
    """Use the functions of the module wrongly."""
    txaio.as_future(double, "1")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]  # ty: ignore[no-matching-overload]
    txaio.add_callbacks(txaio.create_future_success("text"), on_number, None)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # ty: ignore[invalid-argument-type]
    txaio.make_logger(level=1)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # ty: ignore[invalid-argument-type]
    txaio.set_global_log_level("warning")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # ty: ignore[invalid-argument-type]
    txaio.use_curio()  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]  # ty: ignore[missing-attribute]


def abstract_mistakes() -> None:
    """Instantiate abstract classes."""
    IBackend()  # type: ignore[abstract]  # pyright: ignore[reportAbstractUsage]  # ty: ignore[abstract-class-instantiation]
    IBatchedTimer()  # type: ignore[abstract]  # pyright: ignore[reportAbstractUsage]  # ty: ignore[abstract-class-instantiation]


async def primitives_mistakes(txa: IBackend) -> None:
    """Use the primitives wrongly."""
    Lock()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]  # ty: ignore[missing-argument]
    await Queue[int](txa).put("text")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # ty: ignore[invalid-argument-type]
    async with TaskGroup(txa) as group:
        group.start_soon(double, "1")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]  # ty: ignore[no-matching-overload]
        group.start_soon(double(1))  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]  # ty: ignore[no-matching-overload]
    with Lock(txa):  # type: ignore[attr-defined]  # pyright: ignore[reportGeneralTypeIssues]  # ty: ignore[invalid-context-manager]
        pass
    await Shared(txa, double)("text")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # ty: ignore[invalid-argument-type]


def main_mistakes() -> None:
    """Run something that is not a main function."""
    txaio_asyncio.run(double, "1")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # ty: ignore[invalid-argument-type]
    # ty does not support `TypeVarTuple` yet, and reports nothing here.
    txaio_asyncio.run(mistakes, "one argument too many")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    txaio_asyncio.run(on_number)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # ty: ignore[invalid-argument-type]
