"""Makes a program smaller, as long as the same is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from random_programs._program import Action, Program, Step, children_of


def shrink(program: Program, is_wrong: Callable[[Program], bool]) -> Program:
    """Return a program as small as can be of which *is_wrong* is true."""
    while True:
        for smaller in _smaller(program):
            if is_wrong(smaller):
                program = smaller
                break
        else:
            return program


def _smaller(program: Program) -> Iterator[Program]:
    if program.debug:
        yield replace(program, debug=False)
    for index in range(len(program.ends)):
        if len(program.ends) > 1:
            ends = program.ends[:index] + program.ends[index + 1 :]
            yield replace(program, ends=ends)
    if program.mode == "spawn" and program.ends != (15000.0,):
        yield replace(program, ends=(15000.0,))
    for step in _smaller_steps(program.step):
        yield replace(program, step=step)


def _smaller_steps(step: Step) -> Iterator[Step]:
    yield from children_of(step)
    if step.parts and step.kind != "sleep":
        yield replace(step, kind="sleep", parts=(), actions=())
    if not step.parts and step.kind not in {"sleep", "at_once"}:
        yield replace(step, kind="sleep", actions=())
    for index, part in enumerate(step.parts):
        for smaller in _smaller_steps(part):
            parts = (*step.parts[:index], smaller, *step.parts[index + 1 :])
            yield replace(step, parts=parts)
    for actions in _smaller_actions(step.actions):
        yield replace(step, actions=actions)


def _smaller_actions(actions: tuple[Action, ...]) -> Iterator[tuple[Action, ...]]:
    for index, action in enumerate(actions):
        before, after = actions[:index], actions[index + 1 :]
        if before or after:
            yield *before, *after
        if action.part is not None:
            for part in _smaller_steps(action.part):
                yield *before, replace(action, part=part), *after
