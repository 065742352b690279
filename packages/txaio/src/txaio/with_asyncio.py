"""Selects asyncio: import this before code that expects it to be selected."""

import txaio


txaio.use_asyncio()

__all__ = ["txaio"]
