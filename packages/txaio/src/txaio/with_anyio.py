"""Selects AnyIO when it is imported, for code that expects that to be done."""

import txaio


txaio.use_anyio()

__all__ = ["txaio"]
