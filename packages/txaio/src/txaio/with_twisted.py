"""Selects Twisted when it is imported, for code that expects that to be done."""

import txaio


txaio.use_twisted()

__all__ = ["txaio"]
