"""Logging on the standard library, from tasks of AnyIO."""

from __future__ import annotations

from anyio import get_current_task

from txaio_common import RecordEmitter, StdlibLogging


def _task_name() -> str | None:
    try:
        return get_current_task().name
    except Exception:  # noqa: BLE001 - each backend has its own when none runs
        return None


class AnyioLogging(StdlibLogging):
    """Logging on the standard library, from tasks of AnyIO."""

    _emitter = RecordEmitter(_task_name)
