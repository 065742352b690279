"""Blocks of a coroutine that end at a deadline, or when something cancels them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from types import TracebackType
from typing import NoReturn, Self


_USE_ASYNC_WITH = "a scope is used with `async with`, in a coroutine: not with `with`"


class IScope(ABC):
    """A block of a coroutine with a deadline: ``async with txa.fail_after(5)``.

    The body runs in the coroutine that contains it, and in its context.  After the
    deadline `IFutures.CancelledError` is raised at its await, as if its coroutine were
    cancelled; it cleans up, and the block ends when it has.  A body that is done in
    time, or that has no more await, is not disturbed.

    Scopes nest.  A cancellation from outside goes through them, and is not swallowed.

    Entered twice, or left in another task, a scope raises `RuntimeError`; used as a
    plain ``with``, `TypeError`.
    """

    @property
    @abstractmethod
    def expired(self) -> bool:
        """Whether the deadline has passed, and has cancelled the body."""

    @abstractmethod
    def cancel(self) -> None:
        """End the block now, as its deadline does, but without a `TimeoutError`.

        Of a scope that is not entered yet, the body is cancelled at its first await.
        """

    @abstractmethod
    def reset(self, seconds: float) -> bool:
        """Move the deadline to *seconds* from now; infinity means that it never comes.

        Before the block is entered, it is *seconds* after that.

        Returns False, and moves nothing, if the body was cancelled or has ended.

        Raises `TypeError` if *seconds* is not a number, and `ValueError` if it is NaN.
        """

    @abstractmethod
    async def __aenter__(self) -> Self:
        """Begin the block; the time runs from here."""

    @abstractmethod
    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool | None:
        """End the block; return whether *error* was its cancellation."""

    def __enter__(self) -> NoReturn:
        """Raise `TypeError`."""
        raise TypeError(_USE_ASYNC_WITH)

    def __exit__(self, *_error: object) -> NoReturn:
        """Raise `TypeError`."""
        raise TypeError(_USE_ASYNC_WITH)


class IMoveOnScope(IScope):
    """The same, of `move_on_after`: what follows the block is reached in any case."""

    @abstractmethod
    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        """End the block; return whether *error* was its cancellation."""
