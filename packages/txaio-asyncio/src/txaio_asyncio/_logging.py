"""Logging on the standard library, from tasks of asyncio."""

from __future__ import annotations

import asyncio

from txaio_common import RecordEmitter, StdlibLogging


def _task_name() -> str | None:
    try:
        task = asyncio.current_task()
    except RuntimeError:  # No loop runs in this thread.
        return None
    return None if task is None else task.get_name()


class AsyncioLogging(StdlibLogging):
    """Logging on the standard library, from tasks of asyncio."""

    _emitter = RecordEmitter(_task_name)
