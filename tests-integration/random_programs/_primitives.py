"""The kinds of steps that programs with primitives have in addition.

Those of a program use few primitives, so that its coroutines meet there.
"""

from __future__ import annotations

from itertools import chain
from random import Random
from typing import NamedTuple


class Kinds(NamedTuple):
    """Kinds of steps, some of them more than once."""

    leaves: list[str]
    with_one_part: list[str]
    with_two_parts: list[str]
    verbs: list[str]


NO_KINDS = Kinds([], [], [], [])
TASKS = Kinds(
    ["call_shared"],
    ["share"],
    ["group", "group", "background", "periodic", "race", "completed"],
    [],
)
"""What every program may have."""
FAMILIES = [
    Kinds(["wish_lock"], ["with_lock", "with_lock", "in_lock"], [], []),
    Kinds(["wish_semaphore"], ["with_semaphore", "with_semaphore"], [], []),
    Kinds(
        ["wait_condition", "wait_condition", "wait_condition", "notify", "notify"],
        ["with_condition"],
        [],
        [],
    ),
    Kinds(["wait_event", "wait_event", "set_event", "wish_event"], [], [], ["set"]),
    Kinds(
        ["put", "put", "put", "get", "get", "get_all", "wish_put", "wish_get"],
        [],
        [],
        ["put", "take"],
    ),
    Kinds(["put", "put", "get", "get", "close", "wish_put"], [], [], ["put"]),
    Kinds(["wait", "wait", "hand"], [], [], ["hand"]),
    Kinds(["call_shared", "call_shared", "call_shared"], ["share"], [], []),
]


def chosen_kinds(random: Random) -> Kinds:
    """Return the kinds of a program."""
    chosen = [TASKS]
    for family in random.sample(FAMILIES, random.choice([1, 1, 2, 3])):
        chosen += [family] * random.choice([1, 3, 6])
    return Kinds(*(list(chain(*lists)) for lists in zip(*chosen, strict=True)))
