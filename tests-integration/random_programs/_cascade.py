"""Callbacks of futures that settle each other's futures, and add callbacks."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from random_programs._run import Boom


MAX_NAME = 10
"""Callbacks whose names are as long add no others."""


class Cascade:
    """Four futures, and callbacks that do random things to them.

    What a callback does depends on its name alone, so the order of all calls, which the
    contract specifies (C2), is the same on every backend.
    """

    def __init__(self, txa: Any, seed: str, place: str) -> None:
        """Take *seed* for the random things; errors have the text *place*."""
        self._txa = txa
        self._seed = seed
        self._place = place
        self.futures: list[Any] = [txa.create_future() for _ in range(4)]
        self.called: list[str] = []
        """The names of the callbacks, in the order of their calls."""
        for number in (0, 1, 2, 3, 0, 1, 2, 3):
            self._listen(number, f"{number}")

    def _listen(self, number: int, name: str) -> None:
        callbacks = self._callback(f"{name}v"), self._callback(f"{name}e")
        self._txa.add_callbacks(self.futures[number], *callbacks)

    def _callback(self, name: str) -> Callable[[object], None]:
        random = Random(f"{self._seed}{name}")

        def call(_outcome: object) -> None:
            self.called.append(name)
            for count in range(random.choice([0, 1, 2, 3])):
                self._react(random, f"{name}{count}")

        return call

    def _react(self, random: Random, name: str) -> None:
        number = random.randrange(4)
        future = self.futures[number]
        verb = random.choice(["resolve", "reject", "cancel", "listen", "listen"])
        if verb == "listen" and len(name) < MAX_NAME:
            self._listen(number, name)
        elif verb == "cancel":
            self._txa.cancel(future)
        elif self._txa.is_called(future):
            pass  # Settling it would raise.
        elif verb == "resolve":
            self._txa.resolve(future)
        elif verb == "reject":
            self._txa.reject(future, Boom(self._place))
