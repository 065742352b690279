"""What steps do to what other steps have made."""

from __future__ import annotations

from functools import partial
from math import inf, isclose
from typing import Any

from random_programs._program import Action, Step
from random_programs._run import Boom, Reported, Run, text_of
from txaio_primitives import QueueClosed, WouldBlock


class Actions(Run):
    """The actions of steps: the method ``do_cancel`` is that of the verb *cancel*."""

    def perform(self, step: Step, place: str, *, in_canceller: bool = False) -> None:
        """Make the actions of *step*."""
        around = self.relatives[step.number] if in_canceller else set()
        # A coroutine that an action resumes may put others in their place.
        targets = [self.targets.get(action.target) for action in step.actions]
        for number, action in enumerate(step.actions):
            if max(action.target, ~action.target) in around:
                # What it belongs to may have seen the cancellation or not.
                self.compare_no_more()
            self._act(action, targets[number], f"{place}!{number}")
        if self.program.mode == "leave" and isclose(self.now(), self.program.ends[0]):
            # The end cancels coroutines in any order, and others before them or after.
            self.compare_no_more()

    def _act(self, action: Action, target: Any, place: str) -> None:
        if any(
            self.moved.get(number) == self.now()
            for number in self.relatives.get(max(action.target, ~action.target), ())
        ):
            # Each backend takes the steps of a turn in an order of its own.
            self.compare_no_more()
        try:
            result = getattr(self, f"do_{action.verb}")(action, target, place)
        except self.txa.InvalidStateError:
            result = "settled already"
        except RuntimeError as error:
            result = str(error)
        if action.verb == "settle" and action.target < 0:
            result = "tried"  # The coroutine may have ended by an action before.
        self.record(place, f"{action.verb} {action.target}: {result}")

    def _is_future(self, target: object) -> bool:
        return bool(self.txa.is_future(target))

    def do_cancel(self, action: Action, target: Any, place: str) -> object:
        if target is None:
            return "nothing there"
        if self._is_future(target):
            self.txa.cancel(target, f"by {place.rpartition('/')[2]}")
        else:
            target.cancel()
        return "done"

    def do_reset(self, action: Action, target: Any, place: str) -> object:
        if target is None:
            return "nothing there"
        if self._is_future(target):
            return self.do_listen(action, target, place)
        if not hasattr(target, "reset"):
            return "nothing to reset"
        return target.reset(action.seconds if action.seconds % 8 < 7 else inf)

    def do_settle(self, action: Action, target: Any, place: str) -> object:
        if target is None:
            return "nothing there"
        if action.target >= 0 and action.target not in self.unowned:
            return "nothing to settle"
        if action.seconds % 2 < 0.75:
            self.txa.reject(target, Boom(place))
        elif action.seconds % 2 < 1:
            self.txa.reject(target, self.txa.CancelledError("rejected"))
        else:
            self.txa.resolve(target, f"by {place.rpartition('/')[2]}")
        return "done"

    def do_listen(self, action: Action, target: Any, place: str) -> object:
        if target is None or not self._is_future(target):
            return "no future there"
        self.listen(target, place, partial(self.listen, target, f"{place}+"))
        return "done"

    def do_look(self, action: Action, target: Any, _place: str) -> object:
        """Tell what has become of the target."""
        if target is None or not self._is_future(target):
            return "no future there"
        try:
            return text_of(self.txa.result(target))
        except self.txa.InvalidStateError:
            return "pending"
        except (Boom, TimeoutError, self.txa.CancelledError) as error:
            self.errors.append(error)
            return type(error).__name__

    def do_start(self, action: Action, target: Any, place: str) -> object:
        assert action.part is not None
        future = self.spawn(action.part, place)
        self.listen(future, f"{place}&")
        return "done"

    def do_fail(self, action: Action, target: Any, place: str) -> object:
        future = self.txa.create_future()

        def fail(_value: object) -> None:
            raise Reported(place)

        self.txa.add_callbacks(future, fail, None)
        self.listen(future, f"{place}&")
        self.txa.resolve(future, action.target)
        return "done"

    # Primitives

    def do_set(self, action: Action, _target: Any, place: str) -> object:
        self.touch("event", place.rpartition("!")[0])
        # Those that wait may go on at once.
        self.objects.released["event"] = self.now()
        self.objects.by_name["event"].set()
        if action.seconds % 4 < 3:
            self.objects.by_name["event"].clear()
        return "done"

    def do_put(self, action: Action, _target: Any, place: str) -> object:
        name = f"queue{action.target % 2}"
        self.touch(name, place.rpartition("!")[0])
        item = self.new_item(place)
        # What takes it may go on at once.
        self.objects.usage[name].put.append(item)
        try:
            self.objects.by_name[name].put_nowait(item)
        except (WouldBlock, QueueClosed) as error:
            self.objects.usage[name].put.remove(item)
            return type(error).__name__
        return "done"

    def do_take(self, action: Action, _target: Any, place: str) -> object:
        name = f"queue{action.target % 2}"
        self.touch(name, place.rpartition("!")[0])
        try:
            item = self.objects.by_name[name].get_nowait()
        except (WouldBlock, QueueClosed) as error:
            return type(error).__name__
        self.objects.usage[name].taken.append(item)
        return item

    def do_hand(self, _action: Action, _target: Any, place: str) -> object:
        self.touch("waiters", place.rpartition("!")[0])
        item = self.new_item(place)
        if not self.objects.by_name["waiters"].hand(item):
            return "none waits"
        self.objects.usage["waiters"].put.append(item)
        return "done"
