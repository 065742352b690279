"""Check that each link inside the site has a target, including its fragment."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from sphinx.util.logging import getLogger


if TYPE_CHECKING:
    from sphinx.application import Sphinx

log = getLogger(__name__)


class Page(HTMLParser):
    """The links of a page, and the anchors in it."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.anchors = {"", "top"}
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect an anchor, a link or an image."""
        for name, value in attrs:
            if name == "id" and value:
                self.anchors.add(value)
            elif name in {"href", "src"} and value and tag != "link":
                self.links.append(value)


def check(app: Sphinx, error: Exception | None) -> None:
    """Warn about each link without a target."""
    if error is not None or app.builder.format != "html":
        return
    site = Path(app.outdir).resolve()
    pages = {path: Page(path) for path in site.rglob("*.html")}
    for path, page in pages.items():
        for link in page.links:
            if not has_target(link, path, pages):
                where = path.relative_to(site)
                log.warning("%s has a link without a target: %s", where, link)


def has_target(link: str, path: Path, pages: dict[Path, Page]) -> bool:
    """Tell whether *link*, of the page at *path*, has a target in the site."""
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return True  # It is a link to another site.
    target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    if target in pages:
        return unquote(parts.fragment) in pages[target].anchors
    return target.is_file()


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension with Sphinx."""
    app.connect("build-finished", check)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
