"""Helpers for tests."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import TypeVar

from txaio._config import config


Loop = TypeVar("Loop")


@contextmanager
def replace_loop(new_loop: Loop) -> Generator[Loop]:
    """Set `txaio.config.loop` to *new_loop* inside the block, and restore it after."""
    before = config.loop
    config.loop = new_loop
    try:
        yield new_loop
    finally:
        config.loop = before


__all__ = ["replace_loop"]
