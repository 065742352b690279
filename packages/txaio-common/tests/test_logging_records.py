"""Records made quickly have all that `logging` puts into its own."""

from __future__ import annotations

import asyncio
import logging
import sys
from typing import TYPE_CHECKING, Any

import pytest


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from txaio_common import Backend


def as_logging_makes_it(record: logging.LogRecord) -> dict[str, Any]:
    """Return what `logging` says of the same event."""
    made = logging.LogRecord(
        record.name,
        record.levelno,
        record.pathname,
        record.lineno,
        record.msg,
        (),
        record.exc_info,
        record.funcName,
    )
    return vars(made) | {"fields": vars(record)["fields"]}


IN_TIME = ("created", "msecs", "relativeCreated")
FLAGS = ["no", "logThreads", "logMultiprocessing", "logProcesses", "logAsyncioTasks"]


@pytest.mark.parametrize("off", FLAGS)
def test_record_has_all_that_others_have(
    txl: Backend, kept: list[Any], monkeypatch: pytest.MonkeyPatch, off: str
):
    """O3: A record tells all that `logging` tells of its own."""
    monkeypatch.setattr(logging, off, False, raising=False)
    monkeypatch.setattr(logging.getLogger("some"), "propagate", False)
    txl.make_logger("some").info("x", log_failure=ValueError())
    ours, theirs = vars(kept[0]), as_logging_makes_it(kept[0])
    assert ours.keys() == theirs.keys()
    times = [(ours.pop(name), theirs.pop(name)) for name in IN_TIME]
    assert ours == theirs
    assert times[0][0] == pytest.approx(times[0][1], abs=5)
    assert times[1][0] == int(times[0][0] % 1 * 1000)
    assert times[2][0] == pytest.approx(times[2][1], abs=5000)


def test_record_without_multiprocessing(
    txl: Backend, kept: list[Any], monkeypatch: pytest.MonkeyPatch
):
    """O3: A program of one process is its main process."""
    monkeypatch.delitem(sys.modules, "multiprocessing", raising=False)
    txl.make_logger("some").info("x")
    assert kept[0].processName == "MainProcess"


@pytest.fixture(params=[True, False])
def tasks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Tell whether this Python's records tell their task, as they do since 3.12."""
    told: bool = request.param
    monkeypatch.setattr("txaio_common._logging.record._HAS_TASKS", told)
    monkeypatch.setattr(logging, "logAsyncioTasks", True, raising=False)
    return told


def test_record_names_its_task(txl: Backend, kept: list[Any], tasks: bool):
    """O3: A record tells the task of asyncio that it was made in, if it was in one."""
    log = txl.make_logger("some")

    async def work() -> None:
        log.info("x")

    async def start() -> None:
        await asyncio.create_task(work(), name="y")
        asyncio.get_running_loop().call_soon(log.info, "x")
        await asyncio.sleep(0)

    asyncio.run(start())
    log.info("x")
    named = [vars(record).get("taskName") for record in kept]
    assert named == ["y" if tasks else None, None, None]


@pytest.mark.usefixtures("tasks")
def test_record_without_asyncio(
    txl: Backend, kept: list[Any], monkeypatch: pytest.MonkeyPatch
):
    """O3: A program that has no asyncio has no tasks of it."""
    monkeypatch.delitem(sys.modules, "asyncio")
    txl.make_logger("some").info("x")
    assert vars(kept[0]).get("taskName") is None


@pytest.fixture
def factory() -> Iterator[Callable[[Any], None]]:
    """Set a factory of records."""
    before = logging.getLogRecordFactory()
    yield logging.setLogRecordFactory
    logging.setLogRecordFactory(before)


def test_factory_of_records(txl: Backend, kept: list[Any], factory: Any):
    """O3: Records are made by the factory that the application has set."""

    class Record(logging.LogRecord):
        pass

    factory(Record)
    txl.make_logger("some").info("x")
    assert type(kept[0]) is Record
