"""Placeholder."""

from __future__ import annotations

from txaio_common import Failures


class TwistedLogging(Failures):
    """Placeholder."""
