"""The distribution, which consists of requirements."""

from __future__ import annotations

import re
from importlib import metadata

import txaio_twisted


def test_requires_the_code_and_twisted():
    """One command installs both."""
    requires = metadata.requires("txaio-twisted") or []
    names = {re.split("[=>]", line)[0] for line in requires}
    assert names == {"txaio-twisted-core", "twisted"}


def test_backend_runs():
    """A program runs with what the distribution requires."""

    async def main(txa):
        await txa.sleep(0)
        return txa.name

    assert txaio_twisted.run(main) == "twisted"
