"""What small programs in the style of txaio 26.6 do differently on this txaio."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from processes import HERE, environment


GUIDE = HERE.parents[1] / "docs" / "how-to" / "migrate.md"
TIMEOUT = 60
"""The seconds that a run may take; it takes four."""

BOTH = {
    "as_future_by_keyword": "Keywords for positional arguments",
    "as_future_of_a_coroutine": "`as_future(coroutine())`",
    "batched_call_that_is_cancelled": "`cancel()` of a timed call",
    "batched_call_that_raises": "an error in a batched call",
    "batched_calls_are_early": "batched timers",
    "call_of_a_coroutine_function": "a coroutine function as a callback on asyncio",
    "call_with_keywords": "Keywords for positional arguments",
    "canceller_that_resolves": "a canceller resolves the future, on Twisted",
    "chunks_of_nothing": "a wrong `chunk_size`",
    "failure_message_of_two_lines": "`failure_message`",
    "failure_message_without_a_text": "`failure_message`",
    "failure_of_nothing": "while no exception is handled",
    "log_at_every_level": "levels",
    "log_of_a_category": "a message with a category",
    "log_of_several_lines": "a message of several lines",
    "log_with_a_field_that_is_not_named": "fields that the message does not name",
    "log_with_a_positional_value": "log messages that cannot be formatted",
    "log_without_a_field_that_is_named": "log messages that cannot be formatted",
    "log_without_a_message": "a message that is missing or None",
    "no_callbacks": "`add_callbacks(future, None, None)`",
    "no_future": "what is no future, in the place of one",
    "reject_with_a_text": "… and with what is no exception",
    "reject_without_an_exception": "while no exception is handled",
    "resolve_after_cancel": "`resolve` after `cancel`",
    "start_logging_again": "`start_logging` again",
    "stop_iteration": "`StopIteration` as a failure",
    "unknown_level_of_start_logging": "an unknown level",
}
"""The programs that differ on both frameworks, and what the guide says of it."""

DIFFERENCES = {
    "asyncio": BOTH
    | {
        "callback_alone": "a failed future with a callback only, on asyncio",
        "callback_that_raises": "a callback raises, on asyncio",
        "coroutine_function_as_a_callback": "as a callback on asyncio, or of",
        "gather": "`gather`, on asyncio",
        "is_future": "`is_future(coroutine)`, on asyncio",
    },
    "twisted": BOTH
    | {
        "as_future_that_exits": "SystemExit, KeyboardInterrupt and GeneratorExit in",
        "call_that_is_cancelled_after_it": "`cancel()` of a timed call",
        "call_that_is_cancelled_twice": "`cancel()` of a timed call",
        "cancel_with_a_text": "`cancel(future, msg)`, on Twisted",
        "cancel_without_an_errback": "is cancelled and has no errback, on Twisted",
        "canceller_that_raises": "a canceller raises, on Twisted",
        "gather_of_coroutines": "`gather` takes coroutines, also on Twisted",
        "gather_that_fails": "`gather(consume_exceptions=False)`, on Twisted",
        "gather_that_is_cancelled": "`cancel()` of a gather, on Twisted",
        "negative_delay": "a negative delay, on Twisted",
        "nothing_to_call": "`call_later` without a function, on Twisted",
    },
}


def notes(framework, **changes):
    """Return what each program notes on *framework*, with *changes* of variables."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "old_style", framework],
        check=False,
        cwd=HERE,
        env=environment(**changes),
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("framework", DIFFERENCES)
def test_programs_that_differ(framework, predecessor):
    """They are those that the guide names, and all others do the same."""
    before, now = notes(framework, PYTHONPATH=str(predecessor)), notes(framework)
    assert before.keys() == now.keys()
    differing = {name for name in now if now[name] != before[name]}
    assert differing == DIFFERENCES[framework].keys()


@pytest.mark.parametrize("framework", DIFFERENCES)
def test_guide_names_the_differences(framework):
    """It has a row, or an item of a list, for each of them."""
    guide = Path(GUIDE).read_text(encoding="utf-8")
    assert {it for it in DIFFERENCES[framework].values() if it not in guide} == set()
