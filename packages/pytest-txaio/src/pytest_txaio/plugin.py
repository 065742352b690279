"""The hooks and the fixtures of the plugin."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from random import SystemRandom
from typing import Any, cast

import pytest

from pytest_txaio import (
    Backends,
    Host,
    TxaioCancelAtEachAwait,
    TxaioClock,
    TxaioErrors,
    TxaioLog,
    TxaioSettle,
    Watchdog,
    _first_hooks,
    _hookspecs,
)
from pytest_txaio._awaitables import is_async_test
from pytest_txaio._backends import merge_hosts
from pytest_txaio._debugger import Debugger
from pytest_txaio._first_hooks import (
    DEBUGGER,
    TEST_RUN,
    TEST_RUN_FIXTURE,
    requesting_item,
)
from pytest_txaio._interrupt import RealOutput
from pytest_txaio._settings import (
    MARKER_LINE,
    NO_BACKEND,
    NOT_TAKEN,
    PARAMETRIZED,
    backend_params,
    check_seconds,
    parse_number,
    settings_of,
)
from pytest_txaio._test_run import TestRun, fail_with
from txaio_interfaces import IBackend


pytest_plugins: list[str] = ["pytest_txaio._clauses"]
NOT_RUN = "async def functions are not natively supported"
"""Part of the error of pytest 8.4 and later for an async test that no plugin runs."""
NOT_RUN_FIX = (
    "pytest-txaio runs it if it takes the fixture txaio: async def test_x(txaio): ..."
)
BACKENDS = pytest.StashKey[Backends]()
TIMEOUT = pytest.StashKey[float]()
SEED = pytest.StashKey[int]()
OUTPUT = pytest.StashKey[RealOutput]()
WATCHDOG = pytest.StashKey[Watchdog]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.getgroup("txaio").addoption(
        "--txaio-backends",
        metavar="NAMES",
        help="backends to run tests on, separated by commas; `all` for every backend",
    )
    parser.getgroup("txaio").addoption(
        "--txaio-seed",
        metavar="NUMBER",
        type=int,
        help="what the order of tasks depends on where it is random, as on Trio",
    )
    parser.addini(
        "txaio_backends", "backends to run tests on, unless --txaio-backends is given"
    )
    parser.addini(
        "txaio_timeout",
        "real seconds after which a test counts as hung (default: 10)",
        default="10",
    )


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    pluginmanager.add_hookspecs(_hookspecs)
    # pytest finds these modules itself only if the plugin is installed as a wheel.
    pytest.register_assert_rewrite("pytest_txaio.conformance")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", MARKER_LINE)
    config.pluginmanager.register(_first_hooks, "txaio-first-hooks")
    hosts = config.hook.pytest_txaio_hosts()
    chosen = config.getoption("--txaio-backends") or config.getini("txaio_backends")
    config.stash[BACKENDS] = Backends(merge_hosts(hosts), chosen)
    timeout = parse_number(config.getini("txaio_timeout"))
    config.stash[TIMEOUT] = check_seconds(timeout, "txaio_timeout")
    seed = config.getoption("--txaio-seed")
    # Not from the generator that all tests share, which other plugins seed.
    config.stash[SEED] = SystemRandom().randrange(2**32) if seed is None else seed
    output = config.stash[OUTPUT] = RealOutput(config)
    config.add_cleanup(output.close)
    watchdog = config.stash[WATCHDOG] = Watchdog()
    config.add_cleanup(watchdog.close)
    debugger = config.stash[DEBUGGER] = Debugger(watchdog)
    config.pluginmanager.register(debugger, "txaio-debugger")


def pytest_report_header(config: pytest.Config) -> str:
    return backends_of(config).header()


def backends_of(config: pytest.Config) -> Backends:
    """Return the backends that exist and those that are selected."""
    return config.stash[BACKENDS]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    config, test = metafunc.config, metafunc.definition
    if TEST_RUN_FIXTURE not in metafunc.fixturenames:
        # A mark of a class or a module may be meant for other tests in it.
        if any(mark.name == "txaio" for mark in test.own_markers):
            message = "the txaio mark is only for tests that take the txaio fixture"
            raise pytest.Collector.CollectError(f"{test.nodeid}: {message}")
    else:
        for name in {"txaio", "txaio_host"}.intersection(parametrized_by_marks(test)):
            message = PARAMETRIZED.format(name)
            raise pytest.Collector.CollectError(f"{test.nodeid}: {message}")
        try:
            settings = settings_of(test, config.stash[TIMEOUT])
            names = backend_params(settings, backends_of(config))
        except pytest.UsageError as error:
            raise pytest.Collector.CollectError(f"{test.nodeid}: {error}") from None
        metafunc.parametrize(TEST_RUN_FIXTURE, names, indirect=True)


def parametrized_by_marks(test: pytest.Item) -> Iterator[str]:
    """Yield the names of the arguments that the marks of *test* parametrize."""
    for mark in test.iter_markers("parametrize"):
        names = mark.args[0] if mark.args else mark.kwargs["argnames"]
        for name in names.split(",") if isinstance(names, str) else names:
            yield name.strip()


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """Add how this plugin runs an async test to the error that none does."""
    try:
        return (yield)
    except pytest.fail.Exception as error:
        if NOT_RUN in str(error) and is_async_test(pyfuncitem.obj):
            error.msg = f"{error.msg}\n{NOT_RUN_FIX}"
        raise


@pytest.fixture
def _txaio_test_run(request: pytest.FixtureRequest) -> Iterator[TestRun]:
    if not hasattr(request, "param"):
        pytest.fail(NOT_TAKEN, pytrace=False)
    if not request.param:
        pytest.fail(NO_BACKEND, pytrace=False)
    config, test = request.config, requesting_item(request)
    settings = settings_of(test, config.stash[TIMEOUT])
    watchdog = config.stash[WATCHDOG]
    # An earlier test may have ended at the prompt of a debugger.  This starts a thread,
    # which the host should not take for one of the test.
    watchdog.resume()
    with backends_of(config).open(request.param) as host:
        if settings.clock not in (None, *host.clocks):
            message = f"the backend {host.name!r} has no {settings.clock} clock"
            pytest.fail(message, pytrace=False)
        if settings.clock is not None:
            host.use_clock(settings.clock)
        if host.seed is not None:
            host.seed = config.stash[SEED]
        test_run = TestRun(host, settings, watchdog, config.stash[OUTPUT])
        test.stash[TEST_RUN] = test_run
        yield test_run
        # Sync fixtures were torn down since the test ended.
        fail_with(test_run.late_problems())


@pytest.fixture
def txaio_host(_txaio_test_run: TestRun) -> Host:
    """The host of the event loop that the test runs on, for tests of backends."""
    return _txaio_test_run.host


@pytest.fixture
def txaio(_txaio_test_run: TestRun) -> IBackend:
    """The backend itself in `async def` tests and fixtures, elsewhere a proxy for it.

    The proxy works while the loop is running.
    """
    return cast("IBackend", _txaio_test_run.proxy)


@pytest.fixture
def txaio_run(_txaio_test_run: TestRun) -> Callable[..., Any]:
    """Call ``fn(*args)`` on a new loop, and return its value, awaited if possible.

    It is for sync tests; *txaio* works inside *fn*.
    """
    return _txaio_test_run.run_in_sync_test


@pytest.fixture
def txaio_clock(_txaio_test_run: TestRun) -> TxaioClock:
    """The time of the backend: `time()` reads it, `advance(seconds)` moves it."""
    return TxaioClock(_txaio_test_run.host, _txaio_test_run.current)


@pytest.fixture
def txaio_settle(_txaio_test_run: TestRun) -> TxaioSettle:
    """An async function that lets everything run that can run now."""
    return TxaioSettle(_txaio_test_run.turns)


@pytest.fixture
def txaio_cancel_at_each_await(_txaio_test_run: TestRun) -> TxaioCancelAtEachAwait:
    """Starts a coroutine; the test runs again and again, and cancels it each time."""
    test_run = _txaio_test_run
    cancelling = TxaioCancelAtEachAwait(test_run.host, test_run.current, test_run.turns)
    test_run.cancelling = cancelling
    return cancelling


@pytest.fixture
def txaio_errors(_txaio_test_run: TestRun) -> TxaioErrors:
    """The errors that the backend reports: `expect(kind, match)`, `take()`."""
    return _txaio_test_run.errors


@pytest.fixture
def txaio_log(_txaio_test_run: TestRun) -> Iterator[TxaioLog]:
    """The list of messages that were logged, at any level."""
    log = _txaio_test_run.log = TxaioLog()
    with _txaio_test_run.host.capture(log.append):
        yield log
