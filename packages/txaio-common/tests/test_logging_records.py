"""Our records have all attributes that `logging` gives its own."""

from __future__ import annotations

import asyncio
import logging
import sys
from typing import TYPE_CHECKING, Any

import pytest


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from txaio_common import Backend


def attributes_from_logging(record: logging.LogRecord) -> dict[str, Any]:
    """Return the attributes that `logging` gives a record of the same event."""
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


TIMES = ("created", "msecs", "relativeCreated")
FLAGS = ["no", "logThreads", "logMultiprocessing", "logProcesses", "logAsyncioTasks"]


@pytest.mark.parametrize("off", FLAGS)
def test_record_has_all_attributes(
    txa: Backend, kept: list[Any], monkeypatch: pytest.MonkeyPatch, off: str
):
    """O3: A record has the same attributes as one that `logging` makes."""
    monkeypatch.setattr(logging, off, False, raising=False)
    monkeypatch.setattr(logging.getLogger("some"), "propagate", False)
    txa.make_logger("some").info("x", log_failure=ValueError())
    ours, theirs = vars(kept[0]), attributes_from_logging(kept[0])
    assert ours.keys() == theirs.keys()
    times = [(ours.pop(name), theirs.pop(name)) for name in TIMES]
    assert ours == theirs
    assert times[0][0] == pytest.approx(times[0][1], abs=5)
    assert times[1][0] == int(times[0][0] % 1 * 1000)
    assert times[2][0] == pytest.approx(times[2][1], abs=5000)


def test_record_without_multiprocessing(
    txa: Backend, kept: list[Any], monkeypatch: pytest.MonkeyPatch
):
    """O3: A program that does not import multiprocessing is the main process."""
    monkeypatch.delitem(sys.modules, "multiprocessing", raising=False)
    txa.make_logger("some").info("x")
    assert kept[0].processName == "MainProcess"


@pytest.fixture(params=[True, False])
def tasks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether records have the name of their task, as since Python 3.12."""
    has_tasks: bool = request.param
    monkeypatch.setattr("txaio_common._logging.record._HAS_TASKS", has_tasks)
    monkeypatch.setattr(logging, "logAsyncioTasks", True, raising=False)
    return has_tasks


def test_record_has_the_name_of_its_task(txa: Backend, kept: list[Any], tasks: bool):
    """O3: A record has the name of the asyncio task in which it was made, if any."""
    log = txa.make_logger("some")

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
    txa: Backend, kept: list[Any], monkeypatch: pytest.MonkeyPatch
):
    """O3: In a program that does not import asyncio, there is no task."""
    monkeypatch.delitem(sys.modules, "asyncio")
    txa.make_logger("some").info("x")
    assert vars(kept[0]).get("taskName") is None


@pytest.fixture
def factory() -> Iterator[Callable[[Any], None]]:
    """A function that sets the record factory, until the end of the test."""
    before = logging.getLogRecordFactory()
    yield logging.setLogRecordFactory
    logging.setLogRecordFactory(before)


def test_record_factory(txa: Backend, kept: list[Any], factory: Any):
    """O3: Records are made by the factory that the application has set."""

    class Record(logging.LogRecord):
        pass

    factory(Record)
    txa.make_logger("some").info("x")
    assert type(kept[0]) is Record


def test_message_of_a_record(txa: Backend, kept: list[Any]):
    """O3: It is compared, printed and searched as its text, which is made once."""
    log = txa.make_logger("some")
    for peer in ("bea", "ada", "bea"):
        log.info("{peer} is here", peer=peer)
    bea, ada, other = [record.msg for record in kept]
    assert bea == "bea is here"
    assert bea == other
    assert bea != ada
    assert bea != 3
    assert bea > "ada is here"
    assert ada < bea <= other
    assert ada < "bea is here"
    assert sorted([bea, ada, "c"]) == ["ada is here", "bea is here", "c"]
    assert {"bea is here": 1}[bea] == 1
    assert len({bea, ada, other}) == 2
    assert (str(bea), repr(bea)) == ("bea is here", "'bea is here'")
    assert (f"{bea}", f"{bea:>13}", "%s" % bea) == (  # noqa: UP031 - also possible
        "bea is here",
        "  bea is here",
        "bea is here",
    )
    assert "is" in bea
    assert bea
    assert (len(bea), bea[0], bea[-4:]) == (11, "b", "here")
    assert (bea + "!", "- " + bea) == ("bea is here!", "- bea is here")
    assert bea.startswith("bea")
    assert bea.upper().split() == ["BEA", "IS", "HERE"]
    assert not hasattr(bea, "missing")
    with pytest.raises(TypeError):
        assert bea < 3
