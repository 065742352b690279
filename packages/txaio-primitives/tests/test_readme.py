"""The example in the README."""

from __future__ import annotations

from pathlib import Path

import pytest
from steps import errors_of


README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


@pytest.fixture
def fetch_all():
    """The function in the README."""
    names = {}
    code = README.partition("```python\n")[2].partition("```")[0]
    exec(code, names)  # noqa: S102 - the README is our own
    return names["fetch_all"]


async def test_fetches_all(txaio, fetch_all):
    """It calls the function with each, some of them at a time."""
    urls = [f"page {number}" for number in range(300)]
    running, most = 0, 0

    async def fetch(url):
        nonlocal running, most
        running += 1
        most = max(most, running)
        await txaio.sleep(0)
        running -= 1
        return url.upper()

    pages = await fetch_all(txaio, urls, fetch)
    assert pages == {url: url.upper() for url in urls}
    assert most == 5


async def test_error(txaio, fetch_all):
    """The first error ends it."""

    async def fetch(_url):
        await txaio.sleep(0)
        raise ConnectionError

    errors = await errors_of(fetch_all(txaio, ["a", "b"], fetch, workers=1))
    assert [type(error) for error in errors] == [ConnectionError]
