"""`start_main`, and the arguments that it rejects."""

from __future__ import annotations

import re
from typing import Any

import pytest

from txaio_common import start_main


async def main(*_args: object) -> None:
    """Do nothing."""


async def main_of_one(_backend: object) -> None:
    """Take the backend alone."""


async def main_of_none() -> None:
    """Take no argument, as the main function of an asyncio program."""


@pytest.mark.parametrize("given", [None, 42, "main"], ids=repr)
def test_main_that_is_not_callable(given: Any):
    """L1: `TypeError` says what it is, and what it should be."""
    words = re.escape(f"main must be a coroutine function, not {given!r}")
    with pytest.raises(TypeError, match=f"^{words}$") as caught:
        start_main(given, "backend", ())
    assert not hasattr(caught.value, "__notes__")


@pytest.mark.parametrize(
    ("function", "args", "note"),
    [
        (main_of_none, (), "run calls main(backend, *args): the backend comes first"),
        (main_of_one, (3,), "main got the backend and 1 more argument"),
        (main_of_none, (3, 4), "main got the backend and 2 more arguments"),
    ],
)
def test_main_with_other_arguments(function: Any, args: Any, note: str):
    """L1: A note on the `TypeError` says which arguments `main` got."""
    with pytest.raises(TypeError, match="positional argument") as caught:
        start_main(function, "backend", args)
    assert caught.value.__notes__ == [note]


def test_coroutine_instead_of_main():
    """L1: It is closed, so that Python does not warn that it was never awaited."""
    coroutine: Any = main()
    with pytest.raises(TypeError, match="pass the function itself"):
        start_main(coroutine, "backend", ())
    assert coroutine.cr_frame is None
