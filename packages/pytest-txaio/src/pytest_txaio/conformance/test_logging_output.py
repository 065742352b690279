"""The output of `start_logging`, and what it does not change."""

from __future__ import annotations

import importlib
import io
import logging
import re
import sys
import threading
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from pytest_txaio.conformance._logging import (
    log_natively,
    logged,
    native_records,
    objects,
)


if TYPE_CHECKING:
    from pathlib import Path

    from pytest_txaio import Host
    from txaio_interfaces import IBackend, LogFormat

LINE = re.compile(
    r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d) (\w+) ([\w.]+): (.*)\n"
)
THREADS, LINES = 8, 2_000


async def test_line_of_text(txa: IBackend) -> None:
    """O7: A line has an ISO 8601 time with its UTC offset, level and namespace."""
    with logged(txa) as out:
        begun = datetime.now().astimezone()
        txa.make_logger("shop.till").warn("{count} sold", count=3)
    found = LINE.fullmatch(out.getvalue())
    assert found is not None
    said = datetime.fromisoformat(found[1])
    assert abs((said - begun).total_seconds()) < 5
    assert said.utcoffset() == begun.utcoffset()
    assert found.group(2, 3, 4) == ("warn", "shop.till", "3 sold")


async def test_line_of_json(txa: IBackend) -> None:
    """O7: In JSON each record is one object on one line, with separate fields."""
    with logged(txa, form="json") as out:
        txa.make_logger("shop.till").info("{count} sold\n", count=3, peer=object)
        txa.make_logger("shop.till").info("the next one")
    first, second = objects(out)
    assert first["message"] == "3 sold\n"
    assert first["format"] == "{count} sold\n"
    assert (first["level"], first["namespace"]) == ("info", "shop.till")
    assert first["fields"] == {"count": 3, "peer": repr(object)}
    assert first["thread"] == threading.current_thread().name
    assert datetime.fromisoformat(first["time"]).utcoffset() is not None
    assert second["message"] == "the next one"


async def test_no_colors_without_a_terminal(txa: IBackend) -> None:
    """O7: The coloured format has no colours if the output is not a terminal."""
    with logged(txa, form="color") as out:
        txa.make_logger("name").info("plain")
    assert LINE.fullmatch(out.getvalue())


@pytest.mark.parametrize("form", ["text", "json"])
async def test_each_line_is_flushed(
    txa: IBackend, tmp_path: Path, form: LogFormat
) -> None:
    """O7: A line is in the file when the call returns, also on a buffered stream."""
    path = tmp_path / "log"
    with path.open("w", encoding="utf-8", buffering=65536) as stream:
        txa.start_logging(stream, "info", form)
        txa.make_logger("name").info("there")
        written = path.read_text(encoding="utf-8")
        txa.stop_logging()
    assert "there" in written
    assert written.endswith("\n")


async def test_streams_and_paths(txa: IBackend, tmp_path: Path) -> None:
    """O7: The output is a text stream, a binary stream or a path."""
    text, binary, path = io.StringIO(), io.BytesIO(), tmp_path / "log"
    for out in (text, binary, path, str(path)):
        txa.start_logging(out)
        txa.make_logger("name").info("\N{SNOWMAN}")
        txa.stop_logging()
        txa.make_logger("name").info("not written")
    assert text.getvalue().endswith(": \N{SNOWMAN}\n")
    assert binary.getvalue().decode().endswith(": \N{SNOWMAN}\n")
    assert path.read_text(encoding="utf-8").count(": \N{SNOWMAN}\n") == 2


async def test_standard_output(
    txa: IBackend, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """O7: The default is `sys.stdout` at the time of the call."""
    txa.start_logging()
    txa.make_logger("name").info("captured")
    assert capsys.readouterr().out.endswith("name: captured\n")
    another = io.StringIO()
    monkeypatch.setattr(sys, "stdout", another)
    txa.start_logging()
    txa.make_logger("name").info("elsewhere")
    txa.stop_logging()
    assert another.getvalue().endswith("name: elsewhere\n")


async def test_no_output(
    txa: IBackend, host: Host, capsys: pytest.CaptureFixture[str]
) -> None:
    """O7: With `out=None` only the levels are set; other handlers get records."""
    before = txa.get_global_log_level()
    root, audience = as_it_is(host)
    try:
        txa.start_logging(None, "trace")
        assert as_it_is(host) == (root, audience)
        with native_records(host, "name") as records:
            txa.make_logger("name").trace("written")
    finally:
        txa.stop_logging()
        txa.set_global_log_level(before)
    assert [one.text() for one in records] == ["written"]
    assert capsys.readouterr() == ("", "")


async def test_started_again(txa: IBackend) -> None:
    """O7: A second start replaces the output and the format."""
    first, second = io.StringIO(), io.StringIO()
    log = txa.make_logger("name")
    with logged(txa):
        txa.start_logging(first)
        log.info("one")
        txa.start_logging(second, "debug", "json")
        log.debug("two")
        txa.start_logging(second, "debug", "json")
        log.debug("three")
    assert [line.split()[-1] for line in first.getvalue().splitlines()] == ["one"]
    assert [each["message"] for each in objects(second)] == ["two", "three"]


def as_it_is(host: Host) -> tuple[Any, Any]:
    """Return the state of the root logger, and the observers of Twisted."""
    root = logging.getLogger()
    stdlib = (root.level, root.handlers[:], root.filters[:], root.propagate)
    if host.package != "txaio_twisted":
        return stdlib, None
    publisher: Any = importlib.import_module("twisted.logger").globalLogPublisher
    return stdlib, list(publisher._observers)


async def test_stopped(txa: IBackend, host: Host) -> None:
    """O7: Stopping restores the framework's logging, even after several starts."""
    before = as_it_is(host)
    with logged(txa, "trace") as out:
        txa.start_logging(io.StringIO(), "debug", "json")
        txa.start_logging(out, "info")
        txa.make_logger("name").info("one")
    assert as_it_is(host) == before
    txa.make_logger("name").info("two")
    txa.stop_logging()
    assert as_it_is(host) == before
    assert out.getvalue().count("\n") == 1


async def test_stopped_on_a_bare_root_logger(
    txa: IBackend, host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    """O7: The same is true if the application has set up no logging."""
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [])
    before = as_it_is(host)
    with logged(txa, "trace") as out:
        txa.make_logger("name").trace("one")
    assert as_it_is(host) == before
    assert out.getvalue().endswith("trace name: one\n")


async def test_without_start_logging(txa: IBackend, host: Host) -> None:
    """O7: Without a start, records go to the logging of the application."""
    with native_records(host, "shop") as records:
        txa.make_logger("shop.till").info("{count} sold", count=3)
    assert [one.text() for one in records] == ["3 sold"]


async def test_applications_own_handlers(txa: IBackend, host: Host) -> None:
    """O7: After a start, they still get each record once."""
    with native_records(host, "shop") as records, logged(txa, "info") as out:
        txa.make_logger("shop.till").info("one")
        txa.make_logger("shop.till").debug("not made")
    assert [one.text() for one in records] == ["one"]
    assert out.getvalue().count("\n") == 1


async def test_records_of_others(txa: IBackend, host: Host) -> None:
    """O7: Messages of other code, logged by the framework, have the same format."""
    with logged(txa, "warn") as out:
        log_natively(host, "an old way to say so")
    found = LINE.fullmatch(out.getvalue())
    assert found is not None
    assert found.group(2, 3, 4) == ("error", "shop.other", "an old way to say so")


@pytest.mark.parametrize("native", [False, True])
async def test_threads_that_log(
    txa: IBackend, host: Host, tmp_path: Path, *, native: bool
) -> None:
    """O7: Threads that write to one file lose no line and break none."""
    path = tmp_path / "log"
    log = txa.make_logger("name")
    lines = LINES // 10 if native else LINES

    def write(number: int) -> None:
        for count in range(lines):
            log.info("{number}-{count} {tail}|", number=number, count=count, tail=TAIL)

    threads = [threading.Thread(target=write, args=[n]) for n in range(THREADS)]
    with logged(txa), path.open("w", encoding="utf-8") as stream:
        txa.start_logging(stream)
        with native_records(host, "name" if native else "another"):
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        txa.start_logging(None)
    written = path.read_text(encoding="utf-8").splitlines(keepends=True)
    found = [LINE.fullmatch(line) for line in written]
    assert all(found)
    said = {one[4] for one in found if one is not None}
    assert len(found) == len(said) == THREADS * lines
    assert said == {
        f"{number}-{count} {TAIL}|"
        for number in range(THREADS)
        for count in range(lines)
    }


TAIL = "x" * 100
