"""The state machine of a cancellation, and circles of futures."""

from __future__ import annotations

from txaio_common import Cancellation, find_path


def test_two_requests_of_which_one_is_withdrawn():
    """D3: What one scope takes back, the other has still requested."""
    cancellation = Cancellation()
    for _ in range(2):
        cancellation.cancel(None, waits=False)
    cancellation.withdraw()
    assert cancellation.is_pending
    cancellation.withdraw()
    assert not cancellation.is_requested


def test_path_where_two_wait_for_the_same():
    """X5: A future that is reached twice is looked at once."""
    graph = {"a": "bc", "b": "d", "c": "d", "d": "e", "e": "z", "z": ""}
    path = find_path("a", "z", graph.__getitem__)
    assert [path[0], *path[2:]] == ["a", "d", "e"]
    assert find_path("a", "x", graph.__getitem__) == []


def test_path_where_others_wait_for_each_other():
    """X5: The search ends, though it comes to a circle without the target."""
    graph = {"a": "b", "b": "c", "c": "db", "d": "z", "z": ""}
    assert find_path("a", "x", graph.__getitem__) == []
    assert find_path("a", "z", graph.__getitem__) == ["a", "b", "c", "d"]
