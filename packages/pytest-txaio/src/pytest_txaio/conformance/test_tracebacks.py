"""Failures: their tracebacks, and how they are printed."""

from __future__ import annotations

import re
import traceback
from typing import TYPE_CHECKING, Any

import pytest

from pytest_txaio.conformance._helpers import (
    Boom,
    NoText,
    Unprintable,
    failure_of,
    raise_boom,
    raised,
)


if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from txaio_interfaces import IBackend

OWN_FRAME = re.compile(r"txaio_(common|asyncio|twisted|anyio)[\\/]")


def as_python_prints(error: BaseException) -> str:
    """Return the traceback of *error* as Python prints it."""
    return "".join(traceback.format_exception(error))


async def test_traceback_object(txa: IBackend) -> None:
    """E3: It is the traceback of the exception, None if it was never raised."""
    boom = raised()
    assert txa.failure_traceback(txa.create_failure(boom)) is boom.__traceback__
    assert txa.failure_traceback(txa.create_failure(Boom())) is None


async def test_traceback_object_in_an_errback(txa: IBackend) -> None:
    """E3: The failure of a coroutine has the frames of the coroutine."""

    async def fail() -> None:
        await txa.sleep(0)
        raise_boom()

    failure = await failure_of(txa, txa.as_future(fail))
    frames = traceback.extract_tb(txa.failure_traceback(failure))
    assert [frame.name for frame in frames][-2:] == ["fail", "raise_boom"]


def with_cause() -> None:
    """Raise from another exception."""
    try:
        raise_boom("the cause")
    except Boom as error:
        msg = "the effect"
        raise ValueError(msg) from error


def with_context() -> None:
    """Raise while another exception is handled."""
    try:
        raise_boom("at first")
    except Boom:
        raise_boom("then")


def without_context() -> None:
    """Raise from None."""
    try:
        raise_boom("hidden")
    except Boom:
        msg = "shown"
        raise ValueError(msg) from None


def with_notes() -> None:
    """Raise with notes."""
    error = Boom("text")
    error.add_note("first note")
    error.add_note("second note")
    raise error


def with_group() -> None:
    """Raise a group of groups."""
    errors = [raised(), raised(with_cause), ExceptionGroup("inner", [raised()])]
    msg = "outer"
    raise ExceptionGroup(msg, errors)


def with_recursion() -> None:
    """Raise from a deep recursion, whose traceback Python shortens."""

    def recur(depth: int) -> None:
        if depth:
            recur(depth - 1)
        raise_boom()

    recur(20)


def with_syntax_error() -> None:
    """Raise an error that Python prints in a special format."""
    compile("a b", "somewhere.py", "exec")


KINDS: list[Callable[[], object]] = [
    raise_boom,
    with_cause,
    with_context,
    without_context,
    with_notes,
    with_group,
    with_recursion,
    with_syntax_error,
]


@pytest.mark.parametrize("fn", KINDS, ids=lambda fn: fn.__name__)
async def test_format_as_python_prints(txa: IBackend, fn: Callable[[], object]) -> None:
    """E4: Causes, contexts, notes and groups are formatted as Python does."""
    error = raised(fn)
    text = txa.failure_format_traceback(txa.create_failure(error))
    assert text.strip() == as_python_prints(error).strip()


@pytest.mark.parametrize("fn", KINDS, ids=lambda fn: fn.__name__)
async def test_format_without_own_frames(
    txa: IBackend, fn: Callable[[], object]
) -> None:
    """E4: The traceback of a coroutine or a function has no frame of txaio."""

    async def fail() -> None:
        await txa.sleep(0)
        fn()

    async def wait() -> None:
        await txa.gather([fail()], consume_exceptions=False)

    async def clean_up() -> None:
        await txa.uncancelled(fail)

    for function in (fn, fail, wait, clean_up):
        failure = await failure_of(txa, txa.as_future(function))
        text = txa.failure_format_traceback(failure)
        assert not OWN_FRAME.search(text)
        assert fn.__name__ in text
        last = as_python_prints(failure.value).strip().splitlines()[-1]
        assert text.strip().splitlines()[-1] == last


async def test_format_without_own_frames_in_causes(txa: IBackend) -> None:
    """E4: Nor has that of a cause, a context or a group."""

    async def fail() -> None:
        await txa.sleep(0)
        raise_boom()

    async def cause() -> None:
        try:
            await txa.as_future(fail)
        except Boom as error:
            msg = "the effect"
            raise ExceptionGroup(msg, [error, ValueError()]) from error

    text = txa.failure_format_traceback(await failure_of(txa, txa.as_future(cause)))
    assert not OWN_FRAME.search(text)
    assert text.count("raise_boom") >= 2


NAMES = ["", "_interfaces", "_common", "_asyncio", "_twisted", "_anyio"]
"""What the names of txaio's packages have after its own."""


@pytest.mark.parametrize("folder", [f"txaio{name}" for name in NAMES])
@pytest.mark.parametrize("below", [".", "_logging"])
async def test_format_of_frames_in_a_folder_of_that_name(
    txa: IBackend, tmp_path: Path, folder: str, below: str
) -> None:
    """E4: The frames of a program are there, whatever its folders are called."""
    path = tmp_path / folder / below / "wire.py"
    names: dict[str, Any] = {}
    source = "def parse(data):\n    return data['length']\n"
    exec(compile(source, str(path), "exec"), names)  # noqa: S102 - our own code
    with pytest.raises(KeyError) as caught:
        names["parse"]({})
    text = txa.failure_format_traceback(txa.create_failure(caught.value))
    assert f'File "{path}", line 2, in parse' in text


async def test_format_of_an_exception_never_raised(txa: IBackend) -> None:
    """E4: Without a traceback, the type and the text are formatted."""
    text = txa.failure_format_traceback(txa.create_failure(ValueError("the text")))
    assert text.strip() == "ValueError: the text"


def awkward() -> list[BaseException]:
    """Return exceptions that are hard to format."""
    own_cause: Any = Boom("own cause")
    notes: Any = Boom("notes")
    no_notes: Any = Boom("no notes")
    details: Any = ("file", 1, 1, 42)
    own_cause.__cause__ = own_cause
    notes.__notes__ = [Unprintable(), 42]
    no_notes.__notes__ = 42
    syntax = SyntaxError("wrong", details)
    group = ExceptionGroup("group", [Unprintable(), NoText()])
    return [Unprintable(), NoText(), own_cause, notes, no_notes, syntax, group]


@pytest.mark.parametrize("number", range(len(awkward())))
async def test_format_never_raises(txa: IBackend, number: int) -> None:
    """E4: If Python cannot format an exception, its type is named."""
    error = awkward()[number]
    text = txa.failure_format_traceback(txa.create_failure(error))
    assert type(error).__name__ in text
