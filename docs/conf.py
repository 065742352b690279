"""How the documentation is built: `nox -s docs`, or sphinx-build from here."""

from __future__ import annotations

import sys
from pathlib import Path


HERE = Path(__file__).parent
REPOSITORY = (HERE.parent / "REPOSITORY").read_text(encoding="utf-8").strip()
sys.path.insert(0, str(HERE / "_ext"))

project = "txaio"
author = "The txaio authors"
project_copyright = author
version = release = (HERE.parent / "VERSION").read_text(encoding="utf-8").strip()

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx_copybutton",
    "contract_tests",
    "inherited_members",
    "plain_signatures",
    "search_ranks",
    "site_links",
]
exclude_patterns = ["_build", "benchmarks", "examples", "tests"]
nitpicky = True
default_role = "py:obj"
highlight_language = "none"

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

autodoc_default_options = {"members": True}
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
autodoc_typehints = "signature"
maximum_signature_line_length = 68

# Only commands are copied from a session, without the prompt and the output.
copybutton_prompt_text = "$ "
copybutton_line_continuation_character = "\\"

html_theme = "furo"
pygments_dark_style = "a11y-dark"
html_title = f"{project} {release}"
html_copy_source = False
html_show_sphinx = False
html_favicon = "_static/favicon.svg"
html_theme_options = {
    "source_repository": REPOSITORY,
    "source_branch": "main",
    "source_directory": "docs/",
    "footer_icons": [
        {
            "name": "Repository",
            "url": REPOSITORY,
            "html": '<span class="footer-link">Repository</span>',
            "class": "",
        }
    ],
}
html_static_path = ["_static"]
html_css_files = ["site.css"]

# Inventories would take the network, so what others document is plain text here.
nitpick_ignore_regex = [
    # The standard library, under its modules' names.
    (
        "py:.*",
        r"(asyncio|collections|contextlib|logging|os|str|sys|time|types|uvloop|weakref)\..*",
    ),
    # The same and the type variables, as they stand in annotations.
    (
        "py:.*",
        r"(T|T_co|P|P\.args|P\.kwargs|Args|Any|Callable|ClassVar|FrameType|IO|Self)",
    ),
    ("py:class", r"txaio\w*\.[\w.]*\bT"),
    (
        "py:.*",
        r"(AsyncGeneratorType|Awaitable|Coroutine|Generator|Iterable|Literal|Mapping)",
    ),
    (
        "py:.*",
        r"(AbstractAsyncContextManager|AbstractContextManager|AbstractEventLoop)",
    ),
    ("py:.*", r"(PathLike|TracebackType)"),
    # Other frameworks.
    ("py:.*", r"(anyio|trio|twisted)\..*"),
    ("py:.*", r"Deferred"),
    # What docstrings mark as code and is no object: fields, environment variables.
    ("py:obj", r"fields|log_\w+|NO_COLOR|txaio\.config\.loop"),
    # Types within txaio that no user meets.
    ("py:class", r"CallbackQueue|ClockName|Context|Event|Listener|Loop|Main"),
    ("py:class", r"NativeFuture|Scheduler|ThreadAndTask"),
    ("py:class", r"txaio\.(_forward\.NativeFuture|testutil\.Loop)"),
]
