"""What steps do to what other steps have made."""

from __future__ import annotations

from functools import partial
from math import inf, isclose
from typing import Any

from random_programs._program import Action, Step
from random_programs._run import Boom, Reported, Run, text_of


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
