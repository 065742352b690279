"""Selects asyncio when it is imported, for code that expects that to be done."""

import txaio


txaio.use_asyncio()

__all__ = ["txaio"]
