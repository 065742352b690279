"""Makes random programs.

Each step has a time of its own.  All of them differ, and are multiples of a power of
two, so that sums of them are exact, and differ too: nothing happens at the same time
unless one is the cause of the other, and the times of events can be compared.

In a *coarse* program the times are a few small numbers, and many things happen in the
same turn of the loop, a cancellation in any turn.  Their order is unspecified, so only
what always holds is checked.
"""

from __future__ import annotations

from dataclasses import replace
from random import Random

from random_programs._primitives import NO_KINDS, chosen_kinds
from random_programs._program import (
    Action,
    Program,
    Step,
    map_actions,
    relatives,
    steps_of,
)


MAX_DEPTH = 7
GRAIN = 2.0**-24
"""Times are multiples of it, in seconds."""

LEAVES = [
    "sleep",
    "sleep",
    "fail",
    "never",
    "at_once",
    "settled",
    "plain",
    "plain",
    "cancel_own",
    "timers",
    "act",
    "act",
    "cascade",
]
WITH_ONE_PART = [
    "coroutine",
    "coroutine",
    "timeout",
    "shield",
    "cancelled",
    "cancelled_often",
    "uncancelled",
    "uncancelled",
    "catch",
    "convert",
    "insist",
    "clean_up",
    "clean_up_unprotected",
    "fail_after",
    "fail_after",
    "move_on_after",
    "move_on_after",
    "cancelled_scope",
    "act_later",
    "from_callback",
    "shared",
]
WITH_TWO_PARTS = [
    "gather",
    "gather",
    "until_failure",
    "sequence",
    "sequence",
    "beside",
    "react",
]
COARSE = ["cancelled_soon"]
"""With one part: a coroutine that is cancelled after a few turns of the loop."""
SCOPES = ["fail_after", "move_on_after"]
EXPIRES_AT_ONCE = "cancelled_scope"
VERBS = ["cancel", "cancel", "reset", "settle", "listen", "start", "fail", "look"]


class Maker:
    """Makes the steps of one program."""

    def __init__(
        self, random: Random, *, is_coarse: bool, has_primitives: bool, scale: float
    ) -> None:
        """Multiply times with *scale*."""
        more = chosen_kinds(random) if has_primitives else NO_KINDS
        self._leaves = [*LEAVES, *more.leaves]
        self._verbs = [*VERBS, *more.verbs]
        self._with_two_parts = [*WITH_TWO_PARTS, *more.with_two_parts]
        self._has_crowds = has_primitives
        with_one_part = [*WITH_ONE_PART, *more.with_one_part]
        self._random = random
        self._scale = scale
        self._is_coarse = is_coarse
        kinds = [
            *with_one_part,
            *self._with_two_parts,
            *(COARSE if is_coarse else []),
        ]
        # With few kinds in a program, they meet each other more often.
        self._kinds = random.choice([kinds, random.sample(kinds, 6)])
        # Whether a block with a deadline of zero seconds expires, where an earlier
        # cancellation is to be raised at the next await, is unspecified.
        self._may_have_zero = random.random() < 0.5
        if self._may_have_zero:
            self._kinds = [kind for kind in self._kinds if kind != EXPIRES_AT_ONCE]
        self._count = 0

    def seconds(self, most: float = 110.0) -> float:
        """Return a time that nothing else has."""
        if self._is_coarse:
            return self._random.choice([0.0, 0.0, 1.0, 2.0, 3.0]) * self._scale
        most *= self._scale
        least = most / 11
        return self._random.randrange(int(least / GRAIN), int(most / GRAIN)) * GRAIN

    def step(self, depth: int) -> Step:
        """Return a random step with a depth of at most *depth*."""
        random = self._random
        number = self._count
        self._count += 1
        if not depth or random.random() < 0.1:
            kind, count = random.choice(self._leaves), 0
        elif self._has_crowds and random.random() < 0.2:
            kind, count = "crowd", random.randint(3, 5)
            depth = min(depth, 3)
        else:
            kind = random.choice(self._kinds)
            count = 2 if kind in self._with_two_parts else 1
        # What takes longer at the end is interrupted.
        most = 3.0 if kind.startswith("clean_up") else 110.0
        parts = tuple(self.step(depth - 1) for _ in range(count))
        seconds = self.seconds(most)
        if kind in SCOPES and self._may_have_zero and random.random() < 0.3:
            self._may_have_zero = False
            seconds = 0.0
        made = Step(kind, number, seconds, parts)
        if kind in {"act", "act_later", "react", "plain"}:
            actions = tuple(self.action() for _ in range(random.randint(1, 3)))
            made = replace(made, actions=actions)
        return made

    def action(self) -> Action:
        """Return a random action, whose target is to be chosen."""
        verb = self._random.choice(self._verbs)
        part = self.step(1) if verb == "start" else None
        return Action(verb, 0, self.seconds(), part)

    def with_targets(self, root: Step) -> Step:
        """Return *root* with targets for its actions.

        A step that an action starts is no target of the same actions: a coroutine that
        is cancelled as soon as it was started may have begun or not.
        """
        around = relatives(root)

        def change(step: Step, action: Action) -> Action:
            parts = [each.part for each in step.actions if each.part is not None]
            started = {each.number for part in parts for each in steps_of(part)}
            numbers = [each for each in range(self._count) if each not in started]
            near = [each for each in numbers if each in around[step.number]]
            if near and self._random.random() < 0.5:
                numbers = near
            number = self._random.choice(numbers)
            return replace(action, target=self._random.choice([number, ~number]))

        return map_actions(root, change)


def random_program(
    random: Random, *, is_coarse: bool = False, has_primitives: bool = False
) -> Program:
    """Return a random program.

    Without primitives a seed means the same program as before there were any.
    """
    mode = random.choice(["spawn", "spawn", "inline", "leave"])
    scale = Program(Step("", 0, 0.0), mode, ()).scale
    maker = Maker(
        random, is_coarse=is_coarse, has_primitives=has_primitives, scale=scale
    )
    step = maker.with_targets(maker.step(random.randint(1, MAX_DEPTH)))
    count = random.choice([1, 1, 2, 3]) if mode == "spawn" else 1
    ends = tuple(
        maker.seconds(random.choice([11.0, 110.0, 220.0])) for _ in range(count)
    )
    # asyncio's debug mode makes tracebacks, which takes long where many calls are made.
    debug = mode != "leave" and random.random() < 0.1
    return Program(step, mode, ends, is_coarse, debug)
