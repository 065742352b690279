"""Failures in the log: with their whole traceback."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pytest_txaio.conformance._helpers import LEVELS, start_python
from pytest_txaio.conformance._logging import logged, native_records, objects


if TYPE_CHECKING:
    from pathlib import Path

    from pytest_txaio import Host
    from txaio_interfaces import IBackend, IFailedFuture


def read_number(text: str) -> int:
    """Raise an exception with a cause."""
    try:
        return int(text)
    except ValueError as error:
        msg = "no number"
        raise LookupError(msg) from error


def failed() -> LookupError:
    """Return an error that was raised, with its traceback and its cause."""
    try:
        read_number("x")
    except LookupError as error:
        return error
    raise AssertionError


def check_traceback(text: str, said: str) -> None:
    """Check that *text* is a line with *said*, followed by the whole traceback."""
    first, *rest = text.splitlines()
    assert first.endswith(f": {said}")
    assert all(line.startswith("    ") for line in rest)
    assert "in read_number" in text
    assert "ValueError: invalid literal" in text
    assert "The above exception was the direct cause" in text
    assert rest[-1] == "    LookupError: no number"


async def test_failure_being_handled(txa: IBackend) -> None:
    """O6: `log.failure` in an except block prints the whole traceback, with causes."""
    with logged(txa) as out:
        try:
            read_number("x")
        except LookupError:
            txa.make_logger("name").failure("{peer} is bad", peer=7)
    assert " critical name: 7 is bad\n" in out.getvalue()
    check_traceback(out.getvalue(), "7 is bad")


@pytest.mark.parametrize("wrapped", [False, True])
async def test_failure_that_is_given(txa: IBackend, *, wrapped: bool) -> None:
    """O6: So does `log.failure` of an exception or a failure, anywhere."""
    error = failed()
    with logged(txa) as out:
        log = txa.make_logger("name")
        log.failure("bad", failure=txa.create_failure(error) if wrapped else error)
    check_traceback(out.getvalue(), "bad")


class OwnValueError(Exception):
    """An exception with an attribute that failures have, too."""

    value = "its own"


@pytest.mark.parametrize("way", ["failure", "given", "exception", "exc_info", "field"])
async def test_value_of_an_exception(txa: IBackend, host: Host, way: str) -> None:
    """O12: In a message, `log_failure.value` is the exception that the call is about.

    That holds for each way to pass it, and each time.
    """
    log = txa.make_logger("name")
    error = OwnValueError("said")
    messages: dict[str, dict[str, Any]] = {
        "{log_failure.value}": {},
        "{log_failure.value.args[0]} {n}": {"n": 1},
    }
    with native_records(host, "name") as records:
        for message, fields in [*messages.items()] * 2:
            try:
                raise error
            except OwnValueError:
                if way == "failure":
                    log.failure(message, **fields)
                elif way == "given":
                    log.failure(message, failure=error, **fields)
                elif way == "exception":
                    log.exception(message, **fields)
                elif way == "exc_info":
                    log.warn(message, exc_info=True, **fields)
                else:
                    log.info(message, log_failure=error, **fields)
    assert [one.text() for one in records] == ["said", "said 1"] * 2


@pytest.mark.parametrize("level", LEVELS)
async def test_field_of_a_failure(txa: IBackend, level: str) -> None:
    """O6: So does the field `log_failure`, at every level."""
    failure = txa.create_failure(failed())
    with logged(txa) as out:
        getattr(txa.make_logger("name"), level)("bad", log_failure=failure)
    assert f" {level} name: bad\n" in out.getvalue()
    check_traceback(out.getvalue(), "bad")


async def test_failure_of_a_coroutine(txa: IBackend) -> None:
    """O6: So does the failure that an errback gets."""
    log = txa.make_logger("name")

    async def work() -> None:
        await txa.sleep(0)
        read_number("x")

    def complain(failure: IFailedFuture) -> None:
        log.failure("bad", failure=failure)

    with logged(txa) as out:
        future = txa.as_future(work)
        txa.add_callbacks(future, None, complain)
        with pytest.raises(LookupError):
            await future
        await txa.sleep(0.001)
    check_traceback(out.getvalue(), "bad")


async def test_failure_of_a_group(txa: IBackend) -> None:
    """O6: An exception group is printed with every member and every note."""
    error = failed()
    error.add_note("a note of it")
    group = ExceptionGroup("two at once", [error, OSError("disk full")])
    with logged(txa) as out:
        txa.make_logger("name").failure("bad", failure=group)
    for part in (
        "two at once",
        "LookupError: no number",
        "a note of it",
        "ValueError: invalid literal",
        "OSError: disk full",
    ):
        assert part in out.getvalue()


async def test_failure_as_json(txa: IBackend) -> None:
    """O6, O7: In JSON a failure has its type, its message and its traceback."""
    with logged(txa, form="json") as out:
        txa.make_logger("name").failure("bad", failure=failed())
    (one,) = objects(out)
    failure = one["failure"]
    assert (failure["type"], failure["message"]) == ("LookupError", "no number")
    assert "in read_number" in failure["traceback"]
    assert "ValueError: invalid literal" in failure["traceback"]


NOBODY_LOOKS = """
import gc

from {package} import run


def fail_in_a_timer():
    raise LookupError("in a timer")


async def fail():
    raise KeyError("in a coroutine")


async def main(txa):
    txa.start_logging()
    txa.call_later(0, fail_in_a_timer)
    txa.as_future(fail)
    await txa.sleep(0.05)
    gc.collect()
    await txa.sleep(0.05)


if __name__ == "__main__":
    {before}
    run(main{how})
"""
HOW = {
    "uvloop": ("import uvloop", ", loop_factory=uvloop.new_event_loop"),
    "twisted-asyncioreactor": (
        "from twisted.internet.asyncioreactor import AsyncioSelectorReactor as Reactor",
        ", reactor=Reactor()",
    ),
    "anyio-uvloop": ("", ", backend_options={'use_uvloop': True}"),
    "anyio-trio": ("", ", backend='trio'"),
}
"""The arguments with which a program selects another loop than the default."""


def test_output_of_unretrieved_errors(host: Host, package: str, tmp_path: Path) -> None:
    """O6, R1: Reports of the framework are printed once, with their traceback."""
    if not package:
        return
    before, how = HOW.get(host.name, ("", ""))
    program = tmp_path / "program.py"
    words = {"package": package, "before": before or "pass", "how": how}
    program.write_text(NOBODY_LOOKS.format(**words), encoding="utf-8")
    done = start_python(str(program))
    assert (done.returncode, done.stderr) == (0, "")
    for error, function in (
        ("LookupError: in a timer", "fail_in_a_timer"),
        ("KeyError: 'in a coroutine'", "fail"),
    ):
        assert done.stdout.count(f"    {error}\n") == 1
        assert done.stdout.count(f", in {function}\n") == 1
