"""The version of the distribution, found when it is asked for.

That takes half as long as all the rest of an import.
"""

from __future__ import annotations


__version__: str
version: str


def __getattr__(name: str) -> str:
    """Return the version, of a module that has nothing else of that name."""
    if name not in {"__version__", "version"}:
        msg = f"module 'txaio' has no attribute {name!r}"
        raise AttributeError(msg)
    from importlib import metadata  # noqa: PLC0415 - see above

    return metadata.version("txaio")
