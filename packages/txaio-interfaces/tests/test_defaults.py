"""Methods that the interfaces themselves have, in terms of the others."""

from __future__ import annotations

from typing import Any

from txaio_interfaces import ILogger, ITimers


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


class Collector(ILogger):
    """A logger with the six methods that it needs."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, object, dict[str, Any]]] = []

    critical = info = debug = trace = None  # type: ignore[assignment]

    def error(self, message: object = None, /, **kwargs: Any) -> None:
        """Keep the call."""
        self.calls.append(("error", message, kwargs))

    def warn(self, message: object = None, /, **kwargs: Any) -> None:
        """Keep the call."""
        self.calls.append(("warn", message, kwargs))


def test_aliases_of_a_logger():
    """O11: They call the methods of the levels."""
    log, error = Collector(), ValueError()
    exception = log.exception
    log.warning("a", peer=1)
    try:
        raise error
    except ValueError:
        exception("b", peer=2)
        exception("c", exc_info=False)
        exception("d", log_failure=None)
    assert log.calls == [
        ("warn", "a", {"peer": 1}),
        ("error", "b", {"peer": 2, "log_failure": error}),
        ("error", "c", {"exc_info": False}),
        ("error", "d", {"log_failure": None}),
    ]
