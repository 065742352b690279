"""Selects AnyIO: import this before code that expects it to be selected."""

import txaio


txaio.use_anyio()

__all__ = ["txaio"]
