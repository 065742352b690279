"""The settings of random programs."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, settings


def examples(host: Any, number: int) -> settings:
    """Return settings for *number* random programs, fewer of them in real time."""
    return settings(
        max_examples=number // 10 if host.clock == "real" else number,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
