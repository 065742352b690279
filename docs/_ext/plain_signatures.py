"""Simplify the signatures that autodoc writes.

The word `abstractmethod` is left out, as all methods of the interfaces are abstract.
Names in annotations are written without their modules.
Sphinx writes ``*args: P.args`` as ``*args: ~typing.~P``, which it cannot parse itself.
Overloads of the interfaces are left out.
"""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING

from sphinx.addnodes import desc_annotation
from sphinx.pycode import ModuleAnalyzer


if TYPE_CHECKING:
    from docutils.nodes import document
    from sphinx.application import Sphinx


def simplify(_app: Sphinx, page: document) -> None:
    """Remove the word `abstractmethod` from each signature of *page*."""
    for node in list(page.findall(desc_annotation)):
        words = node.astext().split()
        if words[:1] in (["abstractmethod"], ["abstract"]):
            kept = " ".join(words[1:])
            node.parent.replace(node, [desc_annotation("", f"{kept} ")] if kept else [])


def simplify_annotations(
    _app: Sphinx,
    _what: str,
    _name: str,
    obj: object,
    _options: object,
    signature: str | None,
    returned: str | None,
) -> tuple[str | None, str | None]:
    """Return *signature* and *returned* with annotations as in the source."""
    if getattr(obj, "_is_protocol", False):
        # The signature would be that of `Protocol` itself.
        return "", ""
    if inspect.isfunction(obj) and obj.__module__.startswith("txaio_interfaces."):
        # Sphinx would show these instead, and not emit this event for them.
        analyzer = ModuleAnalyzer.for_module(obj.__module__)
        analyzer.analyze()
        analyzer.overloads.clear()
    return signature and bare(signature), returned and bare(returned)


def bare(annotations: str) -> str:
    """Return *annotations* with names as in the source."""
    text = re.sub(r"\*(args|kwargs): ~typing\.~P\b", r"*\1: P.\1", annotations)
    return re.sub(r"~(\w+\.)*", "", text.replace("[[~P], ", "[P, "))


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension with Sphinx."""
    app.connect("autodoc-process-signature", simplify_annotations)
    app.connect("doctree-read", simplify)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
