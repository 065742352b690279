"""Selects Twisted: import this before code that expects it to be selected."""

import txaio


txaio.use_twisted()

__all__ = ["txaio"]
