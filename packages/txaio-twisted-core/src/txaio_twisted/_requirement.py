"""Checks the version of Twisted when the package is imported.

pip does not check it: txaio requires this package, but most programs that use txaio on
asyncio have no Twisted.  The distribution txaio-twisted requires both.
"""

from __future__ import annotations


LOWEST = "22.10"
"""The lowest version of Twisted that works."""


def check() -> None:
    """Raise `ImportError`, with the command that fixes it, without such a Twisted."""
    try:
        from twisted import __version__  # noqa: PLC0415 - it may not be installed
    except ImportError:  # Or a folder `twisted` without modules.
        raise ModuleNotFoundError(
            f"txaio_twisted needs Twisted {LOWEST} or newer: pip install txaio-twisted",
            name="twisted",
        ) from None
    if _number(__version__) < _number(LOWEST):
        raise ImportError(
            f"txaio_twisted needs Twisted {LOWEST} or newer, and {__version__} is"
            " installed: pip install --upgrade txaio-twisted twisted",
            name="twisted",
        )


def _number(version: str) -> list[int]:
    return [int(part) for part in version.split(".")[:2]]


check()
