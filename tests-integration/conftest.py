"""Runs each test on every backend that is asked for, and blames it for its noise."""

from __future__ import annotations

import gc
import inspect
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest


# Under --import-mode=importlib pytest makes no folder importable.
sys.path.insert(0, str(Path(__file__).parent))

from harness import HOSTS, Host, Watchdog, collecting_by_hand, open_host


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from txaio_interfaces import IBackend


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--backend",
        action="append",
        choices=list(HOSTS),
        help="a loop to run the tests on (may be given again; default: all)",
    )


def backends_of(config: pytest.Config) -> list[str]:
    """Return the names of the loops that are asked for."""
    return config.getoption("--backend") or list(HOSTS)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "host" in metafunc.fixturenames:
        metafunc.parametrize("host", backends_of(metafunc.config), indirect=True)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish() -> None:
    # Other plugins ask for objects that `collecting_by_hand` has set aside.
    if hasattr(gc, "unfreeze"):
        gc.unfreeze()


@pytest.fixture(scope="session")
def watchdog() -> Iterator[Watchdog]:
    """Stops what hangs."""
    dog = Watchdog()
    dog.start()
    yield dog
    dog.close()


@pytest.fixture
def host(request: pytest.FixtureRequest, watchdog: Watchdog) -> Iterator[Host]:
    """The loop that the test runs on."""
    with open_host(request.param) as opened, watchdog.watch(opened.give_up):
        yield opened


@pytest.fixture
def other_host(host: Host, request: pytest.FixtureRequest) -> Iterator[Host]:
    """Another of the loops that are asked for, or the same if there is but one."""
    names = backends_of(request.config)
    mine = next(name for name in names if type(host) is HOSTS[name])
    with open_host(names[(names.index(mine) + 3) % len(names)]) as opened:
        yield opened


@pytest.fixture
def txa(host: Host) -> None:
    """The backend; `pytest_pyfunc_call` puts it here once its loop runs."""
    del host


@pytest.fixture
def run(host: Host) -> Callable[..., Any]:
    """Runs ``main(backend, *args)`` on a new loop and returns its value."""
    return host.run


@pytest.fixture
def unit(host: Host) -> float:
    """A second of the test's story, in seconds of the loop's time."""
    return host.unit


@pytest.fixture
def late(host: Host) -> float:
    """How many seconds later than promised a call may be made."""
    return host.late


@pytest.fixture
def reported(host: Host) -> Callable[[], list[BaseException]]:
    """Returns what was reported since it was last asked; what is left over fails."""

    def take() -> list[BaseException]:
        taken, host.reports[:] = host.reports[:], []
        return taken

    return take


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run a test that takes a host, a coroutine function on its loop."""
    host = pyfuncitem.funcargs.get("host")
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
    if "txa" in kwargs:
        kwargs["txa"] = txa
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
