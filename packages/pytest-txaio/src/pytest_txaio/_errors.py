"""The errors that the backend reported, as they were never retrieved."""

from __future__ import annotations

import gc
import re
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, contextmanager
from traceback import format_exception
from typing import TypeVar


Kind = type[BaseException] | tuple[type[BaseException], ...]
T = TypeVar("T")

UNEXPECTED_REPORT = "the backend reported errors that the test did not expect:"
FIX = (
    "Handle the error in the code, or expect it in the test:"
    " `with txaio_errors.expect({kind}): ...`"
)


EXPECT_WITHOUT_WITH = (
    "txaio_errors.expect was called for {} without `with`, and has no effect: write"
    " `with txaio_errors.expect(...): ...`"
)


class ExpectedError:
    """An error that a test expects the backend to report."""

    def __init__(
        self, kind: Kind, match: str | None, update: Callable[[], object]
    ) -> None:
        """Expect a *kind* whose text has *match*; *update* searches the reports."""
        self.kind = kind
        self.match = match
        self.before: list[BaseException] = []
        """The errors that were reported before the `with` block."""
        self._found: BaseException | None = None
        self._update = update

    @property
    def value(self) -> BaseException | None:
        """The error, once it was reported and the block was left; None before."""
        self._update()
        return self._found

    def take(self, error: BaseException) -> None:
        """Have *error* as the value."""
        self._found = error

    def fits(self, error: BaseException) -> bool:
        """Return whether *error* is the one that is expected."""
        return (
            isinstance(error, self.kind)
            and (self.match is None or re.search(self.match, str(error)) is not None)
            and not any(error is each for each in self.before)
        )

    def __str__(self) -> str:
        kinds = self.kind if isinstance(self.kind, tuple) else (self.kind,)
        names = " or ".join(kind.__name__ for kind in kinds)
        return names if self.match is None else f"{names} that matches {self.match!r}"


class TxaioErrors:
    """The errors that the backend reports during a test.

    An error that the test neither expects nor takes makes it fail.
    """

    def __init__(self, reports: list[BaseException]) -> None:
        self._reports = reports
        self._announced: list[ExpectedError] = []
        self._awaited: list[ExpectedError] = []

    def take(self) -> list[BaseException]:
        """Return the errors reported since the last call; they do not fail the test."""
        self._match()
        taken, self._reports[:] = self._reports[:], []
        return taken

    def expect(
        self,
        kind: type[BaseException] | tuple[type[BaseException], ...],
        match: str | None = None,
    ) -> AbstractContextManager[ExpectedError]:
        """Expect one error of *kind*, reported in the ``with`` block or after it.

        *match* is a regular expression that is searched for in its text.
        The ``with`` statement gives an `ExpectedError`, whose `value` is the error; if
        none is reported until the end of the test, the test fails.
        Garbage in reference cycles is collected at the end of the block.

        Raises `TypeError` if *kind* is neither an exception class nor a tuple of such,
        `ValueError` if *match* is not a regular expression.
        """
        kinds: tuple[object, ...] = kind if isinstance(kind, tuple) else (kind,)
        if not all(map(_is_exception, kinds)):
            message = (
                f"kind must be an exception class or a tuple of them, not {kind!r}"
            )
            raise TypeError(message)
        _check_pattern(match)
        expected = ExpectedError(kind, match, self._match)
        self._announced.append(expected)
        return self._expecting(expected)

    @contextmanager
    def _expecting(self, expected: ExpectedError) -> Generator[ExpectedError]:
        self._announced = _without(expected, self._announced)
        expected.before = self._reports[:]
        try:
            yield expected
        except BaseException:
            self._awaited.append(expected)
            self._match()
            # The exception explains more than a missing report.
            self._awaited = _without(expected, self._awaited)
            raise
        self._awaited.append(expected)
        self._match()
        if expected.value is None:
            gc.collect()
            self._match()

    def problems(self) -> Iterator[str]:
        """Yield what is wrong at the end of a test, once."""
        left = self.take()
        if left:
            texts = ["".join(format_exception(error)) for error in left]
            fix = FIX.format(kind=type(left[0]).__name__)
            yield "\n\n".join([UNEXPECTED_REPORT, *texts, fix])
        announced, self._announced = self._announced, []
        for expected in announced:
            yield EXPECT_WITHOUT_WITH.format(expected)
        missing, self._awaited = self._awaited, []
        for expected in missing:
            yield f"the test expected the backend to report {expected}, but it did not"

    def _match(self) -> None:
        for expected in self._awaited[:]:
            found = next(filter(expected.fits, self._reports), None)
            if found is not None:
                expected.take(found)
                self._awaited = _without(expected, self._awaited)
                self._reports[:] = _without(found, self._reports)


def _without(one: T, several: list[T]) -> list[T]:
    # By identity: exceptions may compare equal.
    return [each for each in several if each is not one]


def _check_pattern(match: str | None) -> None:
    try:
        re.compile(match or "")
    except re.error as error:
        message = f"match must be a regular expression, not {match!r}: {error}"
        raise ValueError(message) from None


def _is_exception(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseException)
