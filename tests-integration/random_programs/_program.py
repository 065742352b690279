"""Programs: trees of steps, and what cancels and ends them.

Each method of `_steps.Steps` with the name of a kind says what a step of it does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace


OWNERS = {"background", "call_shared", "group", "periodic", "race", "share"}
"""The kinds of steps that cancel tasks by primitives, as they are cancelled."""


@dataclass(frozen=True)
class Action:
    """What a step does to what another step has made."""

    verb: str
    target: int
    """The number of the other step, or the inverse of it to mean its coroutine."""
    seconds: float
    part: Step | None = None

    def __str__(self) -> str:
        inside = "" if self.part is None else f", {self.part}"
        return f"{self.verb}!({self.target}, {self.seconds:g}{inside})"


@dataclass(frozen=True)
class Step:
    """A step of a program, with the steps that it consists of."""

    kind: str
    number: int
    seconds: float
    parts: tuple[Step, ...] = ()
    actions: tuple[Action, ...] = ()

    def __str__(self) -> str:
        inside = [f"{self.seconds:g}", *map(str, self.parts), *map(str, self.actions)]
        return f"{self.kind}{self.number}({', '.join(inside)})"


@dataclass(frozen=True)
class Program:
    """A step, and how it is run."""

    step: Step
    mode: str
    """``spawn``: as a coroutine of its own, cancelled after `ends`; ``inline``: in
    main, in a scope that ends; ``leave``: as ``spawn``, but main returns."""
    ends: tuple[float, ...]
    """The times at which it is cancelled, or at which main returns."""
    is_coarse: bool = False
    """Whether its times are a few small numbers: see `_maker`."""
    debug: bool = False

    def __str__(self) -> str:
        mode = f"{self.mode}{' in debug mode' if self.debug else ''}"
        return f"{mode}, {', '.join(f'{end:g}' for end in self.ends)}: {self.step}"

    @property
    def scale(self) -> float:
        """What the times of its steps are multiplied with.

        At the end, what takes longer than the grace period is interrupted a hundred
        times a second, which takes real time.
        """
        return 1 / 16 if self.mode == "leave" else 1.0


def steps_of(step: Step) -> Iterator[Step]:
    """Yield *step* and all steps that it contains."""
    yield step
    for part in children_of(step):
        yield from steps_of(part)


def children_of(step: Step) -> list[Step]:
    """Return the steps that *step* consists of and that its actions start."""
    started = [action.part for action in step.actions if action.part is not None]
    return [*step.parts, *started]


def relatives(root: Step) -> dict[int, set[int]]:
    """Return, for each step, the numbers of the steps around it and inside it.

    Those that belong to the same crowd, or the same step of `OWNERS`, are meant, too:
    it may have cancelled them or not, when one of them sees its cancellation.
    """
    found: dict[int, set[int]] = {}

    def visit(step: Step, around: tuple[int, ...]) -> set[int]:
        inside = {step.number}
        for child in children_of(step):
            inside |= visit(child, (*around, step.number))
        found[step.number] = inside | set(around)
        if step.kind in OWNERS or step.kind == "crowd":
            for number in inside:
                found[number] |= inside
        return inside

    visit(root, ())
    return found


def map_actions(step: Step, change: Callable[[Step, Action], Action]) -> Step:
    """Return *step* with all of its actions, and those inside, changed."""
    parts = tuple(map_actions(part, change) for part in step.parts)
    actions: list[Action] = []
    for action in step.actions:
        part = action.part and map_actions(action.part, change)
        actions.append(replace(change(step, action), part=part))
    return replace(step, parts=parts, actions=tuple(actions))
