"""Use of a backend in other threads, and exits in worker threads."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from txaio_anyio import AnyioBackend


if TYPE_CHECKING:
    from collections.abc import Callable


def raised_in_a_thread(fn: Callable[..., object], *args: Any) -> list[BaseException]:
    """Call *fn* in another thread, and return the exception that it raises, if any."""
    errors: list[BaseException] = []

    def work() -> None:
        try:
            fn(*args)
        except BaseException as error:  # noqa: BLE001 - whatever it is
            errors.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    return errors


def test_coroutine_started_in_a_wrong_thread(run: Any) -> None:
    """T7: `as_future` raises, even without debug mode, and the block ends."""
    coroutines: list[Any] = []

    async def work() -> None:
        """Do nothing."""

    def make() -> Any:
        coroutines.append(work())
        return coroutines[0]

    async def main(txa: AnyioBackend) -> str:
        (error,) = raised_in_a_thread(txa.as_future, make)
        assert isinstance(error, RuntimeError)
        assert "use call_from_thread there" in str(error)
        assert not txa.native.scheduler.tasks
        return "ended"

    assert run(main, debug=False) == "ended"
    assert coroutines[0].cr_frame is None


def test_run_in_thread_called_in_a_wrong_thread(run: Any) -> None:
    """T7: `run_in_thread` raises, and no coroutine is left unawaited."""

    async def main(txa: AnyioBackend) -> str:
        (error,) = raised_in_a_thread(txa.run_in_thread, int)
        assert "use call_from_thread there" in str(error)
        return "ended"

    assert run(main, debug=False) == "ended"


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit, GeneratorExit])
def test_unretrieved_exit_in_a_thread(
    run: Any,
    reported: list[BaseException],
    collect_dropped: Callable[[], None],
    kind: type[BaseException],
) -> None:
    """H2, R2: It is reported as any failure of a future, and the block goes on."""
    error = kind()

    def exit_thread() -> None:
        raise error

    async def main(txa: AnyioBackend) -> str:
        txa.run_in_thread(exit_thread)
        while not reported:
            await txa.run_in_thread(int)
            collect_dropped()
        raised = reported.pop()
        # See F8.
        assert (raised.__cause__ if kind is GeneratorExit else raised) is error
        return "went on"

    assert run(main) == "went on"


def test_awaited_exit_in_a_thread(run: Any) -> None:
    """H2: A coroutine that awaits it and does not catch it ends the program."""

    def exit_thread() -> None:
        raise SystemExit(3)

    async def main(txa: AnyioBackend) -> None:
        await txa.as_future(wait, txa)

    async def wait(txa: AnyioBackend) -> None:
        await txa.run_in_thread(exit_thread)

    with pytest.raises(SystemExit):
        run(main)


def test_subclass_in_debug_mode(run_natively: Any) -> None:
    """T7: A subclass of the backend checks its thread as well."""

    class Subclass(AnyioBackend):
        """A backend of an application's own."""

    async def main() -> None:
        async with Subclass(debug=True) as txa:
            with pytest.raises(RuntimeError, match="call_from_thread"):
                await txa.run_in_thread(txa.create_future)

    run_natively(main)
