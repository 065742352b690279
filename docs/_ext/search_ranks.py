"""Rank the functions of the module `txaio` below all else in the site's search.

They are for programs that were written for earlier versions, and have the names of the
methods of `IBackend`, which new code uses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sphinx.domains.python import PythonDomain


if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.application import Sphinx

LOW = 2
"""The priority of objects that the search shows last."""


class RankedPythonDomain(PythonDomain):
    """The domain of Python, with priorities of its objects."""

    def get_objects(self) -> Iterator[tuple[str, str, str, str, str, int]]:
        """Yield all objects, those of the module `txaio` with low priority."""
        for name, shown, kind, page, anchor, priority in super().get_objects():
            rank = LOW if name.startswith("txaio.") else priority
            yield name, shown, kind, page, anchor, rank


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension with Sphinx."""
    app.add_domain(RankedPythonDomain, override=True)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
