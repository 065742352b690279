"""The version of the distribution, looked up on first use.

Importing `importlib.metadata` takes half as long as importing all of `txaio`.
"""

from __future__ import annotations


__version__: str
version: str


def __getattr__(name: str) -> str:
    """Return the version for the attributes ``__version__`` and ``version``."""
    if name not in {"__version__", "version"}:
        msg = f"module 'txaio' has no attribute {name!r}"
        raise AttributeError(msg)
    from importlib import metadata  # noqa: PLC0415 - see above

    return metadata.version("txaio")
