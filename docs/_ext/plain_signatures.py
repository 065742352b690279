"""Leave the word `abstractmethod` out of signatures: in the interfaces all are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sphinx.addnodes import desc_annotation


if TYPE_CHECKING:
    from docutils.nodes import document
    from sphinx.application import Sphinx


def simplify(_app: Sphinx, page: document) -> None:
    """Take the word out of each signature of *page*."""
    for node in list(page.findall(desc_annotation)):
        words = node.astext().split()
        if words[:1] in (["abstractmethod"], ["abstract"]):
            kept = " ".join(words[1:])
            node.parent.replace(node, [desc_annotation("", f"{kept} ")] if kept else [])


def setup(app: Sphinx) -> dict[str, bool]:
    """Tell Sphinx."""
    app.connect("doctree-read", simplify)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
