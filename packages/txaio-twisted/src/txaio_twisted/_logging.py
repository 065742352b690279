"""Logging through `twisted.logger`."""

from __future__ import annotations

from txaio_common import Logging
from txaio_twisted._emitter import EventEmitter


class TwistedLogging(Logging):
    """Logging through `twisted.logger`."""

    _emitter = EventEmitter()
