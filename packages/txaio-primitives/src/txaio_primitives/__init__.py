"""Locks, queues and task groups for libraries, on any event loop with a backend."""

from txaio_primitives._as_completed import as_completed
from txaio_primitives._background import Background
from txaio_primitives._condition import Condition
from txaio_primitives._errors import QueueClosed, QueueEmpty, QueueFull, WouldBlock
from txaio_primitives._event import Event
from txaio_primitives._first import first
from txaio_primitives._lock import Lock
from txaio_primitives._periodic import Periodic
from txaio_primitives._queue import Queue
from txaio_primitives._semaphore import BoundedSemaphore, Semaphore
from txaio_primitives._shared import Shared
from txaio_primitives._task_group import TaskGroup
from txaio_primitives._wait_queue import WaitQueue


__all__ = [
    "Background",
    "BoundedSemaphore",
    "Condition",
    "Event",
    "Lock",
    "Periodic",
    "Queue",
    "QueueClosed",
    "QueueEmpty",
    "QueueFull",
    "Semaphore",
    "Shared",
    "TaskGroup",
    "WaitQueue",
    "WouldBlock",
    "as_completed",
    "first",
]
