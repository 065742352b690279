"""What the driver does that only shows in messages, in logs or in other drivers."""

from __future__ import annotations

import asyncio
import io
import json

import pytest

import txaio_asyncio
from txaio_common import UNSET


def test_peek_at_what_has_no_value():
    """R4: The driver says so, of what has failed and of what was cancelled."""

    async def main(txa):
        futures = [txa.create_future(), txa.create_future("value"), txa.create_future()]
        txa.cancel(futures[0])
        txa.reject(futures[2], LookupError())
        values = [txa.native.peek(future) for future in futures]
        with pytest.raises(LookupError):
            await futures[2]
        return values

    assert txaio_asyncio.run(main) == [UNSET, "value", UNSET]


def test_message_that_names_the_kind_of_future():
    """It is asyncio's own."""

    async def main(txa):
        with pytest.raises(TypeError, match="must be an asyncio future, not 'int'"):
            txa.cancel(42)

    txaio_asyncio.run(main)


def test_name_of_the_task_in_a_log():
    """O7: A line of JSON has the name of the task that logs, if there is one."""
    out = io.StringIO()

    async def work(log):
        log.info("in a task")

    async def main(txa):
        log = txa.make_logger("some")
        txa.start_logging(out, format="json")
        try:
            await asyncio.create_task(work(log), name="worker")
            asyncio.get_running_loop().call_soon(log.info, "in a callback")
            await txa.sleep(0)
            await txa.run_in_thread(log.info, "in a thread")
        finally:
            txa.stop_logging()

    txaio_asyncio.run(main)
    lines = map(json.loads, out.getvalue().splitlines())
    assert [line["task"] for line in lines] == ["worker", None, None]
