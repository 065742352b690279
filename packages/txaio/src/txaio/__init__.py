"""One API for asyncio, Twisted and Trio: select a backend and call its functions."""

from time import perf_counter_ns, time_ns
from typing import TYPE_CHECKING

from txaio import _forward, _logging, interfaces
from txaio._config import config
from txaio._forward import *
from txaio._logging import *
from txaio._selection import (
    SELECTION,
    _use_framework,  # noqa: F401 - kept for programs that call it
    use,
    use_anyio,
    use_asyncio,
    use_twisted,
    with_config,
)
from txaio.interfaces import IBatchedTimer, IFailedFuture, ILogger


if TYPE_CHECKING:
    from txaio._version import __version__, version
else:
    from txaio._version import __getattr__  # noqa: F401 - Python calls it

using_asyncio: bool = False
using_twisted: bool = False
using_anyio: bool = False
_explicit_framework: str | None = None

__all__ = [
    "IBatchedTimer",
    "IFailedFuture",
    "ILogger",
    "__version__",
    "config",
    "interfaces",
    "perf_counter_ns",
    "time_ns",
    "use",
    "use_anyio",
    "use_asyncio",
    "use_twisted",
    "using_anyio",
    "using_asyncio",
    "using_twisted",
    "version",
    "with_config",
]
__all__ += _forward.__all__
__all__ += _logging.__all__

# The functions of `_forward` look up the backend at each call, which takes up to four
# times as long as calling its method: so when a backend is selected, their names are
# bound to its methods.
SELECTION.follow(globals().update, _forward.__all__)
