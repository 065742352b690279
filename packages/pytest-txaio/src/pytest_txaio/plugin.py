"""Runs each test on every backend that is asked for, and blames it for its noise."""

from __future__ import annotations

import gc
import inspect
from typing import TYPE_CHECKING, Any

import pytest


pytest.register_assert_rewrite("pytest_txaio.conformance")

from pytest_txaio import Backends, Host, Watchdog, _hookspecs, collecting_by_hand


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from txaio_interfaces import IBackend

pytest_plugins = ["pytest_txaio._clauses"]
BACKENDS = pytest.StashKey[Backends]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.getgroup("txaio").addoption(
        "--txaio-backends",
        metavar="NAMES",
        help="what to run the tests on, with commas between; `all` for every backend",
    )
    parser.addini("txaio_backends", "what to run the tests on, unless asked otherwise")


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    pluginmanager.add_hookspecs(_hookspecs)


def pytest_configure(config: pytest.Config) -> None:
    added = {}
    for hosts in config.hook.pytest_txaio_hosts():
        added |= hosts
    chosen = config.getoption("--txaio-backends") or config.getini("txaio_backends")
    config.stash[BACKENDS] = Backends(added, chosen)


def backends_of(config: pytest.Config) -> Backends:
    """Return what there is to run tests on, and what was chosen."""
    return config.stash[BACKENDS]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "txaio_host" in metafunc.fixturenames:
        names = backends_of(metafunc.config).names
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
    opening = backends_of(request.config).open(request.param)
    with opening as opened, txaio_watchdog.watch(opened.give_up):
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
    assert (host.native_timers() or 0) <= (timers or 0), "the test left a timer behind"
    assert (host.native_tasks() or 0) <= (tasks or 0), "the test left a task running"
    return True


def check_reports(host: Host) -> None:
    """Fail the test whose errors were reported and not expected."""
    if host.reports:
        message = f"reported, and not expected: {host.reports!r}"
        raise AssertionError(message) from host.reports[0]
