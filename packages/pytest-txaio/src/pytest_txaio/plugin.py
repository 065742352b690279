"""Runs each test on every backend that is asked for, and blames it for its noise."""

from __future__ import annotations

import gc
import inspect
from typing import TYPE_CHECKING, Any

import pytest


pytest.register_assert_rewrite("pytest_txaio.conformance")

from pytest_txaio import HOSTS, Host, Watchdog, collecting_by_hand, open_host


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from txaio_interfaces import IBackend


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.getgroup("txaio").addoption(
        "--txaio-backends",
        metavar="NAMES",
        help="the loops to run the tests on, with commas between (default: all)",
    )


def backends_of(config: pytest.Config) -> list[str]:
    """Return the names of the loops that are asked for."""
    asked = config.getoption("--txaio-backends")
    return asked.split(",") if asked else list(HOSTS)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "txaio_host" in metafunc.fixturenames:
        names = backends_of(metafunc.config)
        metafunc.parametrize("txaio_host", names, indirect=True)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish() -> None:
    # Other plugins ask for objects that `collecting_by_hand` has set aside.
    if hasattr(gc, "unfreeze"):
        gc.unfreeze()


@pytest.fixture(scope="session")
def txaio_watchdog() -> Iterator[Watchdog]:
    """Stops what hangs."""
    dog = Watchdog()
    dog.start()
    yield dog
    dog.close()


@pytest.fixture
def txaio_host(
    request: pytest.FixtureRequest, txaio_watchdog: Watchdog
) -> Iterator[Host]:
    """The loop that the test runs on."""
    with open_host(request.param) as opened, txaio_watchdog.watch(opened.give_up):
        yield opened


@pytest.fixture
def txaio(txaio_host: Host) -> None:
    """The backend; `pytest_pyfunc_call` puts it here once its loop runs."""
    del txaio_host


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run a test that takes a host, a coroutine function on its loop."""
    host = pyfuncitem.funcargs.get("txaio_host")
    if not isinstance(host, Host):
        return None
    names = inspect.signature(pyfuncitem.obj).parameters
    kwargs = {name: pyfuncitem.funcargs[name] for name in names}
    with collecting_by_hand():
        if inspect.iscoroutinefunction(pyfuncitem.obj):
            ended = host.run(on_loop, host, pyfuncitem.obj, kwargs)
            assert ended is True, "the loop was stopped before the test had ended"
        else:
            pyfuncitem.obj(**kwargs)
    check_reports(host)
    return True


async def on_loop(
    txa: IBackend, host: Host, test: Callable[..., Any], kwargs: dict[str, Any]
) -> bool:
    """Run *test*, see that it leaves nothing behind, and say that it has ended."""
    timers, tasks = host.native_timers(), host.native_tasks()
    for name in {"txaio", "txa"}.intersection(kwargs):
        kwargs[name] = txa
    await test(**kwargs)
    # Backends may take a turn of the loop to give up what nobody needs any more.
    await txa.sleep(0.001)
    assert host.native_timers() <= timers, "the test left a timer behind"
    assert host.native_tasks() <= tasks, "the test left a task running"
    return True


def check_reports(host: Host) -> None:
    """Fail the test whose errors were reported and not expected."""
    if host.reports:
        message = f"reported, and not expected: {host.reports!r}"
        raise AssertionError(message) from host.reports[0]
