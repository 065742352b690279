"""Our records in the handlers, configurations and formatters of others."""

from __future__ import annotations

import json
import logging
import logging.config
from logging.handlers import MemoryHandler, QueueHandler, QueueListener
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

import pytest
import structlog
from pythonjsonlogger.json import JsonFormatter


if TYPE_CHECKING:
    from txaio_common import Backend


def add_handler(native: logging.Logger, out: Any, formatter: logging.Formatter) -> None:
    """Have the records of *native* written to *out* by *formatter*."""
    handler = logging.StreamHandler(out)
    handler.setFormatter(formatter)
    native.addHandler(handler)


def test_caplog(txa: Backend, caplog: pytest.LogCaptureFixture):
    """O3: pytest's `caplog` gets level, name and message."""
    log = txa.make_logger("some")
    with caplog.at_level(logging.INFO, "some"):
        log.info("peer {peer}", peer=3)
    assert caplog.record_tuples == [("some", logging.INFO, "peer 3")]
    assert caplog.records[0].fields["peer"] == 3  # type: ignore[attr-defined]


def test_formatter(txa: Backend, native: logging.Logger, out: Any):
    """O3: A record has the attributes that formatters of the stdlib use."""
    layout = "%(levelname)s %(name)s %(filename)s %(funcName)s %(message)s"
    add_handler(native, out, logging.Formatter(layout))
    txa.make_logger("some").failure("oh {a}", KeyError("x"), a=1)
    first, *rest = out.getvalue().splitlines()
    assert first == "CRITICAL some test_logging_peers.py test_formatter oh 1"
    assert rest[-1] == "KeyError: 'x'"


@pytest.mark.usefixtures("native")
def test_configuration(txa: Backend, tmp_path: Any, bare_root: Any):
    """O7: A configuration of the application applies to our records."""
    path = tmp_path / "log"
    log = txa.make_logger("some")
    with bare_root() as root:
        logging.config.dictConfig(
            {
                "version": 1,
                "formatters": {"f": {"format": "%(name)s|%(message)s"}},
                "handlers": {
                    "h": {
                        "class": "logging.FileHandler",
                        "filename": path,
                        "formatter": "f",
                    }
                },
                "loggers": {"some": {"handlers": ["h"], "level": "INFO"}},
                "disable_existing_loggers": False,
            }
        )
        log.info("x")
        log.debug("y")
        assert root.handlers == []
    logging.getLogger("some").handlers[0].close()
    assert path.read_text() == "some|x\n"


def test_configuration_removes_our_handler(txa: Backend, out: Any, bare_root: Any):
    """O7: A configuration that replaces the root logger's handlers removes ours."""
    with bare_root():
        txa.start_logging(out)
        root: dict[str, Any] = {"handlers": []}
        keep = {"disable_existing_loggers": False}
        logging.config.dictConfig({"version": 1, "root": root, **keep})
        txa.make_logger("some").info("x")
        txa.start_logging(out)
        txa.make_logger("else").info("y")
        txa.stop_logging()
    assert out.lines == ["info else: y"]


def test_queue_handler(txa: Backend, native: logging.Logger, kept: list[Any]):
    """O3: Records keep message and fields in a queue."""
    (keeper,) = native.handlers
    queue: Any = SimpleQueue()
    native.handlers = [QueueHandler(queue)]
    listener = QueueListener(queue, keeper)
    listener.start()
    txa.make_logger("some").info("peer {peer}", peer=3)
    listener.stop()
    assert kept[0].getMessage() == "peer 3"
    assert kept[0].fields["peer"] == 3


def test_memory_handler(txa: Backend, native: logging.Logger, kept: list[Any]):
    """O3: Records can be buffered, and are formatted when they are flushed."""
    (keeper,) = native.handlers
    memory = MemoryHandler(10, target=keeper)
    native.handlers = [memory]
    txa.make_logger("some").info("peer {peer}", peer=3)
    assert kept == []
    memory.close()
    assert kept[0].getMessage() == "peer 3"


def test_json_formatter(txa: Backend, native: logging.Logger, out: Any):
    """O3: A formatter that writes JSON finds message, fields and failure."""
    add_handler(native, out, JsonFormatter("%(levelname)s %(name)s %(message)s"))
    txa.make_logger("some").failure("peer {peer}", ValueError("x"), peer=3)
    record = json.loads(out.getvalue())
    assert (record["message"], record["name"]) == ("peer 3", "some")
    assert record["fields"]["peer"] == 3
    assert record["exc_info"] == "ValueError: x"


def test_structlog(txa: Backend, native: logging.Logger, out: Any):
    """O3: structlog's formatter formats our records as all others."""
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.stdlib.add_logger_name,
            structlog.stdlib.ExtraAdder(["fields"]),
        ],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(default=repr),
        ],
    )
    add_handler(native, out, formatter)
    txa.make_logger("some").info("peer {peer}", peer=3)
    record = json.loads(out.getvalue())
    assert (record["event"], record["logger"]) == ("peer 3", "some")
    assert record["fields"]["peer"] == 3
