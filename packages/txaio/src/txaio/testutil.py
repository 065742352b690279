"""Help for tests."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import TypeVar

from txaio._config import config


Loop = TypeVar("Loop")


@contextmanager
def replace_loop(new_loop: Loop) -> Generator[Loop]:
    """Have *new_loop* be `txaio.config.loop` inside the block, whatever ends it."""
    before = config.loop
    config.loop = new_loop
    try:
        yield new_loop
    finally:
        config.loop = before


__all__ = ["replace_loop"]
