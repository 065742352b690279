"""Resolve references by the bare name of a member of another class.

The docstring of `IBackend` mentions `call_from_thread`, which is a method of `ITimers`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from docutils.nodes import Element
    from sphinx.addnodes import pending_xref
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment


def find(
    app: Sphinx, env: BuildEnvironment, node: pending_xref, content: Element
) -> Element | None:
    """Return a link to the only object in the interfaces that has that name."""
    if node.get("refdomain") != "py":
        return None
    domain = env.get_domain("py")
    ending = f".{node['reftarget']}"
    found = [
        name
        for name, *_ in domain.get_objects()
        if name.endswith(ending) and name.startswith("txaio_") and "._" not in name
    ]
    # The interfaces come before what implements them.
    interfaces = [name for name in found if name.startswith("txaio_interfaces.")]
    candidates = interfaces or found
    if len(candidates) != 1:
        return None
    return domain.resolve_xref(
        env, node["refdoc"], app.builder, "obj", candidates[0], node, content
    )


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension with Sphinx."""
    app.connect("missing-reference", find)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
