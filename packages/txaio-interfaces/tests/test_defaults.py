"""Methods that the interfaces themselves have, in terms of the others."""

from __future__ import annotations

from typing import Any

from txaio_interfaces import ITimers


class Timers(ITimers):
    """Timers that remember what they were asked for, at a time that stands still."""

    time: Any = staticmethod(lambda: 10.0)
    sleep: Any = None
    make_batched_timer: Any = None
    call_from_thread: Any = None
    run_in_thread: Any = None

    def call_later(self, delay: float, func: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Return the arguments."""
        return delay, func, args, kwargs


def test_call_at_a_time():
    """T8: It is `call_later` with the seconds until then."""
    asked = Timers().call_at(12.5, print, 1, when=2)
    assert asked == (2.5, print, (1,), {"when": 2})
