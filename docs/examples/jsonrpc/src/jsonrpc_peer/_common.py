"""What all connections of an endpoint have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from jsonrpc_peer._methods import Methods
    from jsonrpc_peer._settings import Settings
    from txaio_interfaces import IBackend, IBatchedTimer, ILogger


@dataclass(frozen=True, slots=True)
class Common:
    """A backend with a logger and a timer, the methods, and the settings."""

    txa: IBackend
    log: ILogger
    timer: IBatchedTimer
    methods: Methods
    settings: Settings
