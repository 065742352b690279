"""The base of drivers that pass calls on to another driver."""

from __future__ import annotations

from typing import Any

from txaio_common._driver import Driver
from txaio_common._logging import Emitter


class DriverProxy(Driver):
    """A driver that uses another one, and has its attributes."""

    name: str
    future_noun: str
    future_type: type[Any]
    own_type: type[Any]
    failure_type: type[Any]
    cancelled_error: type[BaseException]
    invalid_state_error: type[Exception]
    emitter: Emitter

    def __init__(self, driver: Driver) -> None:
        """Have the attributes of *driver*."""
        self._driver = driver
        self.name = driver.name
        self.future_noun = driver.future_noun
        self.future_type = driver.future_type
        self.own_type = driver.own_type
        self.failure_type = driver.failure_type
        self.cancelled_error = driver.cancelled_error
        self.invalid_state_error = driver.invalid_state_error
        self.emitter = driver.emitter
