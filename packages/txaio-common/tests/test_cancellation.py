"""The state machine of a cancellation, and cycles of futures."""

from __future__ import annotations

import pytest

from txaio_common import Cancellation, TaskScope, find_path


def test_two_requests_of_which_one_is_withdrawn():
    """D3: What one scope takes back, the other has still requested."""
    cancellation = Cancellation()
    for _ in range(2):
        cancellation.cancel(None, waits=False)
    cancellation.withdraw()
    assert cancellation.is_pending
    cancellation.withdraw()
    assert not cancellation.is_requested


def test_coroutine_that_waits():
    """X9: Its await is to raise once, and again when it has been resumed."""
    cancellation = Cancellation()
    assert cancellation.resume() is False
    assert cancellation.cancel("first", waits=True) is True
    assert cancellation.is_delivered
    assert cancellation.cancel("second", waits=True) is False
    assert cancellation.take() is False
    assert cancellation.message == "first"
    assert cancellation.resume() is False
    assert cancellation.cancel("third", waits=True) is True
    assert cancellation.message == "third"


def test_interrupt_of_what_was_cancelled_before():
    """L1: It is to raise once more, with its own text; if it runs, as it is resumed."""
    cancellation = Cancellation()
    cancellation.cancel("first", waits=True)
    assert cancellation.interrupt("second", waits=True) is True
    assert cancellation.is_delivered
    assert cancellation.message == "second"
    assert cancellation.interrupt(None, waits=False) is False
    assert cancellation.is_pending
    assert cancellation.resume() is True


def test_interrupt_inside_of_uncancelled():
    """X9: Nothing is to raise now; the next await outside is, with the first text."""
    cancellation = Cancellation()
    cancellation.enter_shield()
    assert cancellation.interrupt("first", waits=True) is False
    assert cancellation.cancel("second", waits=True) is False
    assert not cancellation.is_requested
    cancellation.leave_shield()
    assert cancellation.message == "first"
    assert cancellation.take() is True


def test_scope_where_no_task_runs():
    """D5: It says how to run the coroutine."""

    async def no_task() -> None:
        """Return none."""

    with pytest.raises(RuntimeError, match=r"as_future\(fn\)"):
        TaskScope(no_task).enter().__await__().send(None)


def test_path_where_two_wait_for_the_same():
    """X5: A future that is reached twice is looked at once."""
    graph = {"a": "bc", "b": "d", "c": "d", "d": "e", "e": "z", "z": ""}
    path = find_path("a", "z", graph.__getitem__)
    assert [path[0], *path[2:]] == ["a", "d", "e"]
    assert find_path("a", "x", graph.__getitem__) == []


def test_path_where_others_wait_for_each_other():
    """X5: The search ends, though it comes to a cycle without the target."""
    graph = {"a": "b", "b": "c", "c": "db", "d": "z", "z": ""}
    assert find_path("a", "x", graph.__getitem__) == []
    assert find_path("a", "z", graph.__getitem__) == ["a", "b", "c", "d"]
