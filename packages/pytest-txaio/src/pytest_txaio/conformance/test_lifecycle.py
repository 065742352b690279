"""Lifecycle: `run` and its main function."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pytest_txaio.conformance._helpers import Boom
from txaio_interfaces import IBackend


if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[..., Any]
    Reported = Callable[[], list[BaseException]]


def test_main_gets_the_backend(run: Run) -> None:
    """L1: `main` gets a backend and the arguments; its value is returned."""

    async def main(txa: IBackend, *args: int) -> Any:
        await txa.sleep(0)
        return txa, args

    txa, args = run(main, 1, 2)
    assert isinstance(txa, IBackend)
    assert args == (1, 2)


async def test_name(txa: IBackend, package: str) -> None:
    """L1: The name of the backend is in the name of its package."""
    assert txa.name
    assert not package or txa.name in package


@pytest.mark.parametrize("value", [None, 42, Boom("a value"), ()], ids=repr)
def test_value_of_main(run: Run, value: Any) -> None:
    """L1: Whatever `main` returns is returned."""

    async def main(_txa: IBackend) -> Any:
        return value

    assert run(main) is value


@pytest.mark.parametrize("kind", [Boom, SystemExit, KeyboardInterrupt, ExceptionGroup])
def test_exception_of_main(
    run: Run, reported: Reported, kind: type[BaseException]
) -> None:
    """L1: Its exception is raised unchanged, in no group, and is not reported."""
    error = kind("text", [Boom()]) if kind is ExceptionGroup else kind("text")

    async def main(txa: IBackend) -> None:
        await txa.sleep(0)
        raise error

    with pytest.raises(kind) as caught:
        run(main)
    assert caught.value is error
    assert caught.value.__cause__ is None
    assert reported() == []


def test_main_that_is_not_a_coroutine_function(run: Run) -> None:
    """L1: A `main` that is not a coroutine function: `TypeError`."""
    with pytest.raises(TypeError, match="coroutine function"):
        run(lambda _txa: "value")


def test_main_that_was_called_already(run: Run) -> None:
    """L1: `run(main())` instead of `run(main)`: `TypeError` names the fix."""

    async def main() -> None:
        pytest.fail("it ran")

    with pytest.raises(TypeError, match=r"run\(main\), not run\(main\(\)\)"):
        run(main())
