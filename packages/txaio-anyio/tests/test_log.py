"""What messages say about the task that runs."""

from __future__ import annotations

import json
from io import StringIO
from typing import TYPE_CHECKING, Any


if TYPE_CHECKING:
    from txaio_anyio import AnyioBackend


def test_message_has_the_name_of_its_task(run: Any) -> None:
    """O3: That is the name of the coroutine; outside of a loop there is none."""
    out = StringIO()
    backends: list[AnyioBackend] = []
    loggers: list[Any] = []

    async def work() -> None:
        loggers[0].info("in a coroutine")

    async def main(txa: AnyioBackend) -> None:
        backends.append(txa)
        loggers.append(txa.make_logger("some"))
        txa.start_logging(out, "info", format="json")
        await txa.as_future(work)

    try:
        run(main)
        loggers[0].info("after the end")
    finally:
        backends[0].stop_logging()
    tasks = [json.loads(line).get("task") for line in out.getvalue().splitlines()]
    assert tasks == [work.__qualname__, None]
