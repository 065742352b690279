"""The functions on AnyIO, whose backends are context managers."""

from __future__ import annotations

import pytest

import txaio_anyio
from txaio_asyncio import AsyncioBackend


def test_selection_without_a_backend_names_the_fix(txaio):
    """Functions that need a loop name the call that is missing."""
    txaio.use_anyio()
    for fn in (
        txaio.create_future,
        lambda: txaio.call_later(1, print),
        lambda: txaio.sleep(1),
    ):
        with pytest.raises(RuntimeError, match=r"txaio\.use_anyio\(backend\)"):
            fn()


def test_what_needs_no_loop_works(txaio):
    """Functions on failures do not need a running backend."""
    txaio.use_anyio()
    assert txaio.failure_message(txaio.create_failure(KeyError("x"))) == "KeyError: 'x'"
    assert not txaio.is_future(None)


@pytest.mark.parametrize("kind", ["asyncio", "trio"])
def test_running_backend_is_used(txaio, kind):
    """A library selects AnyIO, and the main function of the application its backend."""
    txaio.use_anyio()

    async def main(backend):
        txaio.use_anyio(backend)
        assert txaio.with_config() is backend
        future = txaio.create_future()
        txaio.call_later(0, txaio.resolve, future, "value")
        return await future

    for _run in range(2):
        assert txaio_anyio.run(main, backend=kind) == "value"


@pytest.mark.parametrize("wrong", ["trio", object()])
def test_another_backend_is_refused(txaio, wrong):
    """An argument that is not a backend raises `TypeError`."""
    with pytest.raises(TypeError, match="backend must be an AnyioBackend, not"):
        txaio.use_anyio(wrong)
    assert not txaio.using_anyio


def test_backend_of_another_name_is_refused(txaio, loop):
    """A backend on asyncio is not one on AnyIO, though AnyIO runs on asyncio."""
    with pytest.raises(TypeError, match="not 'AsyncioBackend'"):
        txaio.use_anyio(AsyncioBackend(loop))
