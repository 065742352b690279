"""The buckets of batched timers, on a clock that the test advances."""

from __future__ import annotations

from contextvars import ContextVar
from functools import partial
from math import inf, nan
from typing import TYPE_CHECKING, Any, cast
from unittest.mock import patch

import pytest
from fake_timers import FakeCall, FakeTimers, make
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
)

from txaio_common import BatchedTimer, _bucket_runs


if TYPE_CHECKING:
    from collections.abc import Callable


def refuse(*_args: object) -> None:
    """Raise, as a driver does whose loop has ended."""
    raise RuntimeError("the loop has ended")


def test_calls_of_one_bucket_share_one_native_timer():
    """A thousand calls with one deadline cost the loop one timer."""
    timers, batched = make()
    for _ in range(1000):
        batched.call_later(2.5, print)
    assert timers.outstanding == 1


def test_descriptions():
    """B1: They name the function, and the time that is left at most."""
    timers, batched = make()
    calls = [batched.call_later(1.5, func) for func in (print, repr)]
    never = batched.call_later(inf, print)
    texts = ["<BatchedCall of print in 2 s>", "<BatchedCall of repr in 2 s>"]
    assert [repr(call) for call in calls] == texts
    assert repr(never) == "<BatchedCall of print in inf s>"
    calls[0].cancel()
    assert repr(calls[0]) == "<BatchedCall, made or cancelled>"
    assert repr(batched) == "<BatchedTimer with buckets of 1 s>"
    timers.driver.has_ended = True
    assert repr(calls[1]) == "<BatchedCall of repr in inf s>"


def test_a_deadline_on_the_edge_is_met_at_the_edge():
    """B1: a call that is due exactly at the edge is not put into the next bucket."""
    timers, batched = make()
    fired: list[float] = []
    batched.call_later(3, lambda: fired.append(timers.now))
    timers.advance(10)
    assert fired == [1003.0]


@pytest.mark.parametrize("resets", [False, True])
def test_a_deadline_on_the_edge_before_the_bucket_that_was_used_last(resets):
    """B1: It is met at that edge, too."""
    timers, batched = make()
    fired: list[float] = []
    call = batched.call_later(9, lambda: fired.append(timers.now))
    batched.call_later(3.5, list)
    if resets:
        call.reset(3)
    else:
        batched.call_later(3, lambda: fired.append(timers.now))
    timers.advance(3)
    assert fired == [1003.0]


def test_a_deadline_that_the_division_rounds_down_is_not_early():
    """B1: 887.1000000000001 / 0.1 is 8871.0, and 8871 * 0.1 is less."""
    timers = FakeTimers()
    timers.now = 0.0
    batched = BatchedTimer(cast("Any", timers), 0.1, 100)
    due, fired = 887.1000000000001, list[float]()
    batched.call_later(due, lambda: fired.append(timers.now))
    timers.advance(900)
    assert due <= fired[0] < due + 0.15


def test_an_emptied_bucket_cancels_its_native_timer_in_the_next_turn():
    """B3: after the last call was cancelled, no native timer is left."""
    timers, batched = make()
    batched.call_later(5, print).cancel()
    timers.advance(0)
    assert timers.outstanding == 0


def test_a_bucket_in_use_again_by_the_next_turn_keeps_its_native_timer():
    """A single connection that re-arms neither makes nor cancels native timers."""
    timers, batched = make()
    batched.call_later(5, print).cancel()
    batched.call_later(5, print)
    timers.advance(0)
    assert timers.outstanding == 1


def test_a_bucket_that_is_emptied_again_cancels_its_native_timer():
    """B3: That it was in use again once, in time to keep it, changes nothing."""
    timers, batched = make()
    batched.call_later(5, print).cancel()
    call = batched.call_later(5, print)
    timers.advance(0)
    call.cancel()
    timers.advance(0)
    assert timers.outstanding == 0


def test_a_call_that_leaves_others_in_its_bucket_costs_no_turn():
    """A connection of many re-arms or cancels its call, and the loop does nothing."""
    timers, batched = make()
    calls = [batched.call_later(5, print) for _ in range(3)]
    calls[0].cancel()
    calls[1].reset(4.9)
    calls[2].reset(4.9)
    assert timers.outstanding == 1
    calls[1].cancel()
    calls[2].reset(4.8)
    assert timers.outstanding == 1


class CountingTimer(BatchedTimer):
    """A batched timer that remembers for which times it has looked a bucket up."""

    looked_up: list[float]

    def bucket(self, when: float) -> Any:
        """Return the bucket for *when*."""
        self.looked_up.append(when)
        return super().bucket(when)


def test_calls_of_the_bucket_that_was_used_last_look_up_none():
    """Many connections arm calls at about the same time, up to the edge."""
    timers = FakeTimers()
    batched = CountingTimer(cast("Any", timers), 1.0, 100)
    batched.looked_up = []
    batched.call_later(1, list)
    calls = [batched.call_later(delay, print) for delay in (3, 2.5, 3)]
    for call in calls:
        call.reset(2.5)
        call.reset(3)
    timers.advance(1.5)
    batched.call_later(1.5, print)
    assert batched.looked_up == [1001.0, 1003.0]


def test_buckets_that_are_emptied_in_a_turn_cost_one_more():
    """B3: However many connections go, their buckets are given up together."""
    timers, batched = make()
    for delay in range(10):
        batched.call_later(delay + 5, print).cancel()
    assert timers.outstanding == 10 + 1
    timers.advance(0)
    assert timers.outstanding == 0


def test_a_bucket_emptied_many_times_in_a_turn_is_retired_once():
    """B3: A loop that makes and cancels calls takes no memory for each of them."""
    timers, batched = make()
    for _ in range(100):
        batched.call_later(5, list).cancel()
    assert len(batched._retiring) == 1
    timers.advance(0)
    assert timers.outstanding == 0
    for _ in range(100):
        batched.call_later(5, list).cancel()
    timers.advance(0)
    assert timers.outstanding == 0


def test_a_clock_that_was_set_forward_does_not_make_calls_early():
    """B1: a native timer that fires too early is armed again."""
    timers, batched = make()
    fired: list[float] = []
    batched.call_later(5, lambda: fired.append(timers.now))
    ((_, _, native),) = timers.heap
    fn, native.fn = native.fn, None
    assert fn is not None
    timers.now += 2
    fn()
    assert fired == []
    timers.advance(3)
    assert fired == [1005.0]


def test_chunks_are_spread_over_one_more_bucket():
    """B1: five bursts of ten chunks, in a bucket of one second, come 0.2 s apart."""
    timers, batched = make(chunk_size=2)
    fired: list[float] = []
    for _ in range(100):
        batched.call_later(1, lambda: fired.append(timers.now))
    timers.advance(10)
    assert fired[::20] == pytest.approx([1001.0, 1001.2, 1001.4, 1001.6, 1001.8])


def test_a_few_chunks_follow_each_other_turn_by_turn():
    """B4: between two chunks there is a turn of the loop, and no native timer."""
    timers, batched = make(chunk_size=1)
    turns: list[str] = []
    batched.call_later(
        1, lambda: timers.driver.call_soon(partial(turns.append, "loop"))
    )
    for name in ("second", "third"):
        batched.call_later(1, turns.append, name)
    timers.advance(1)
    assert turns == ["loop", "second", "third"]


def test_a_chunk_that_is_late_shortens_the_pause_after_it():
    """B1: delays of the loop do not add up over the chunks."""
    timers, batched = make(chunk_size=1)
    fired: list[float] = []

    def slow() -> None:
        fired.append(timers.now)
        timers.now += 0.03

    for _ in range(20):
        batched.call_later(1, slow)
    timers.advance(10)
    assert fired[10] == pytest.approx(1001.5)


def test_counting_a_huge_bucket_takes_several_turns():
    """B4: thousands of calls are counted over several turns, and all are made."""
    timers, batched = make(chunk_size=1_000_000)
    fired: list[None] = []
    for _ in range(5000):
        batched.call_later(1, partial(fired.append, None))
    timers.advance(1)
    assert len(fired) == 5000


@pytest.mark.parametrize("moves", [False, True], ids=["cancelled", "moved"])
@pytest.mark.parametrize(
    "removed", [range(1999, 2000), range(2000, 2001), range(1000, 3000), range(3000)]
)
def test_calls_removed_while_their_bucket_is_counted(removed, moves):
    """B1, B3: The other calls of the bucket are all made, and no call of another."""
    timers, batched = make(chunk_size=1_000_000)
    fired: list[int] = []
    handles = [batched.call_later(1, fired.append, index) for index in range(3000)]
    batched.call_later(6, fired.append, -1)
    soon = timers.driver.call_soon

    def remove_first(fn: Callable[[], object]) -> FakeCall:
        for index in removed:
            handles[index].reset(5) if moves else handles[index].cancel()
        return soon(fn)

    timers.driver.call_soon = remove_first
    timers.advance(2)
    rest = [index for index in range(3000) if index not in removed]
    assert fired == rest
    timers.driver.call_soon = soon
    timers.advance(10)
    assert sorted(fired) == [-1, *range(3000)] if moves else [-1, *rest]
    assert timers.outstanding == 0


def test_infinite_delays_are_never_due_and_hold_no_native_timer():
    """A call that is never due can still be cancelled, and moved to be due."""
    timers, batched = make()
    fired: list[str] = []
    batched.call_later(inf, fired.append, "never").cancel()
    call = batched.call_later(inf, fired.append, "moved")
    assert timers.outstanding == 0
    assert call.reset(1)
    timers.advance(2)
    assert fired == ["moved"]


def test_a_delay_in_the_past_is_due_in_the_next_bucket():
    """B2: neither zero nor minus infinity is put into a bucket that has fired."""
    timers, batched = make()
    fired: list[float] = []
    for delay in (0, -5, -inf):
        batched.call_later(delay, lambda: fired.append(timers.now))
    timers.advance(2)
    assert fired == [1000.0] * 3


def test_a_call_sees_its_own_context_also_after_a_reset():
    """B6: the context is that of its own `call_later`, not of another in the bucket."""
    timers, batched = make()
    variable: ContextVar[str] = ContextVar("variable", default="none")
    seen: list[str] = []
    handles = []
    for value in ("a", "b"):
        variable.set(value)
        handles.append(batched.call_later(1, lambda: seen.append(variable.get())))
    variable.set("c")
    handles[0].reset(5)
    timers.advance(10)
    assert seen == ["b", "a"]


def test_system_exit_propagates_and_the_rest_of_the_bucket_is_still_made():
    """B5: an exit ends the program, and prevents no call of the bucket."""
    timers, batched = make()
    fired: list[str] = []

    def leave() -> None:
        raise SystemExit

    batched.call_later(1, leave)
    batched.call_later(1, fired.append, "rest")
    with pytest.raises(SystemExit):
        timers.advance(5)
    assert fired == ["rest"]


def test_the_rest_of_a_bucket_raises_other_errors():
    """B5: Further exits change nothing, other errors are reported."""
    timers, batched = make()
    fired: list[str] = []
    errors = [SystemExit(), GeneratorExit(), KeyboardInterrupt(), ValueError()]

    def fail(error: BaseException) -> None:
        raise error

    for error in errors:
        batched.call_later(1, fail, error)
        batched.call_later(1, fired.append, type(error).__name__)
    with pytest.raises(SystemExit):
        timers.advance(5)
    assert fired == [type(error).__name__ for error in errors]
    assert timers.reported == [errors[1], errors[3]]


def test_an_error_is_reported_in_the_context_of_its_call():
    """B6: `report` sees the context variables that the call saw."""
    timers, batched = make()
    variable: ContextVar[str] = ContextVar("variable", default="none")
    seen: list[str] = []
    timers.driver.report = lambda *_args: seen.append(variable.get())
    for value in ("a", "b"):
        variable.set(value)
        batched.call_later(1, int, "x")
    variable.set("c")
    timers.advance(5)
    assert seen == ["a", "b"]


def test_a_bucket_whose_timer_could_not_be_armed_takes_no_calls():
    """B1: A later call is made, as its bucket has a timer of its own."""
    timers, batched = make()
    fired: list[str] = []
    call = batched.call_later(1, fired.append, "kept")
    timers.driver.call_at = refuse
    with pytest.raises(RuntimeError, match="ended"):
        batched.call_later(5, fired.append, "refused")
    with pytest.raises(RuntimeError, match="ended"):
        call.reset(5)
    timers.driver.call_at = timers.call_at
    batched.call_later(5, fired.append, "made")
    timers.advance(10)
    assert fired == ["kept", "made"]


@pytest.mark.parametrize("method", ["call_later", "reset"])
def test_nan_is_rejected_and_names_the_argument(method):
    """B7: NaN would be neither before nor after any bucket."""
    _, batched = make()
    call = batched.call_later(1, print)
    with pytest.raises(ValueError, match="delay"):
        call.reset(nan) if method == "reset" else batched.call_later(nan, print)
    assert call.reset(1)


def test_a_func_that_is_not_callable():
    """B7: `call_later` itself raises."""
    _, batched = make()
    with pytest.raises(TypeError, match="func must be callable, not 'int'"):
        batched.call_later(1, cast("Any", 5))


class Model:
    """What a call is expected to do."""

    def __init__(self, due: float, behaviour: str) -> None:
        self.due = due
        self.behaviour = behaviour
        self.handle: Any = None
        self.state = "pending"
        self.fired_at = 0.0


class Buckets(RuleBasedStateMachine):
    """Any sequence of calls, moves, cancellations and errors, compared with a model."""

    calls = Bundle("calls")
    delays = st.floats(-1, 8) | st.sampled_from([0.0, 0.25, 1.0, 2.0, inf])

    @initialize(
        width=st.sampled_from([0.1, 0.25, 0.3, 1.0, 3.0]),
        size=st.integers(1, 5),
        counted=st.integers(1, 3),
    )
    def begin(self, width: float, size: int, counted: int) -> None:
        """Make an empty timer, which counts few calls in each turn."""
        self.patch = patch.object(_bucket_runs, "COUNTED_PER_TURN", counted)
        self.patch.start()
        self.width, self.size = width, size
        self.timers, self.batched = make(width, size)
        self.models: list[Model] = []
        self.errors = 0

    @rule(
        target=calls,
        delay=delays,
        behaviour=st.sampled_from(["plain", "raise", "rearm", "cancel", "reset"]),
    )
    def call_later(self, delay: float, behaviour: str) -> Model:
        """Arm a call that has a *behaviour* when it is made."""
        model = Model(self.timers.now + max(delay, 0), behaviour)
        model.handle = self.batched.call_later(delay, self.fire, model)
        self.models.append(model)
        return model

    @rule(target=calls, delay=st.sampled_from([0.5, 1.0]))
    def call_several_later(self, delay: float) -> MultipleResults[Model]:
        """Arm some calls that share a bucket."""
        return multiple(*(self.call_later(delay, "plain") for _ in range(4)))

    def fire(self, model: Model) -> None:
        """Check that the call may be made now, and show its behaviour."""
        now = self.timers.now
        assert model.state == "pending"
        assert now >= model.due
        model.state, model.fired_at = "made", now
        if model.behaviour == "raise":
            self.errors += 1
            raise ValueError
        if model.behaviour == "rearm":
            self.call_later(0.5, "plain")
        waiting = [each for each in self.models if each.state == "pending"]
        if waiting and model.behaviour == "cancel":
            self.cancel(waiting[0])
        if waiting and model.behaviour == "reset":
            self.reset(waiting[-1], 0.5)

    @rule(model=calls)
    def cancel(self, model: Model) -> None:
        """Cancel a call, in any state."""
        model.handle.cancel()
        if model.state == "pending":
            model.state = "cancelled"

    @rule(model=calls, delay=delays)
    def reset(self, model: Model, delay: float) -> None:
        """Move a call; `reset` returns whether it was still pending."""
        assert model.handle.reset(delay) is (model.state == "pending")
        if model.state == "pending":
            model.due = self.timers.now + max(delay, 0)

    @rule(seconds=st.floats(0, 5) | st.sampled_from([0.1, 0.25, 1.0, 3.0]))
    def advance(self, seconds: float) -> None:
        """Let time pass; there are not more native timers than pending calls."""
        self.timers.advance(seconds)
        pending = [m for m in self.models if m.state == "pending" and m.due < inf]
        assert self.timers.outstanding <= len(pending)

    @rule()
    def step(self) -> None:
        """Make one native call, so that other rules come between it and the next."""
        self.timers.step()

    @invariant()
    def nothing_is_overdue(self) -> None:
        """A pending call is late by less than two buckets."""
        limit = self.width * (1 + 1e-9) * 2
        for model in self.models:
            if model.state == "pending":
                assert self.timers.now - model.due <= limit

    @invariant()
    def errors_are_reported_immediately(self) -> None:
        """Each error is reported, with its own traceback."""
        reported = self.timers.reported
        assert len(reported) == self.errors
        assert all(error.__traceback__ is not None for error in reported)

    def teardown(self) -> None:
        """At the end, all calls that were due are made, and no native timer is left."""
        if hasattr(self, "timers"):
            self.timers.advance(100)
            self.patch.stop()
            assert {m.due for m in self.models if m.state == "pending"} <= {inf}
            assert self.timers.outstanding == 0


Buckets.TestCase.settings = settings(
    max_examples=200, stateful_step_count=30, deadline=None
)
TestBuckets = Buckets.TestCase
