"""What the backends of txaio share, free of any event loop."""

from txaio_common._batches import BatchedCall, BatchedTimer
from txaio_common._failures import FailedFuture, Failures, current_exception
from txaio_common._futures import UNSET, Futures, call_and_wait, wait_for
from txaio_common._lifecycle import (
    ThreadChecked,
    Unavailable,
    debug_mode,
    in_thread,
    start_main,
)
from txaio_common._timers import DelayedCall, NativeCall, Timers


__all__ = [
    "UNSET",
    "BatchedCall",
    "BatchedTimer",
    "DelayedCall",
    "FailedFuture",
    "Failures",
    "Futures",
    "NativeCall",
    "ThreadChecked",
    "Timers",
    "Unavailable",
    "call_and_wait",
    "current_exception",
    "debug_mode",
    "in_thread",
    "start_main",
    "wait_for",
]
