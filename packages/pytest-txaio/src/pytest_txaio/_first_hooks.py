"""The hooks that have to run before those of all other plugins.

pytest calls the plugin that was registered last first, and `pytest_configure` of
`pytest_txaio.plugin` registers this module after all entry points.

Other plugins must neither run our tests nor parametrize them, in their automatic modes
included.
They recognise a test of theirs by a coroutine function in one of three places: the
argument of `pytest_pycollect_makeitem` (AnyIO), the items that this hook returns
(pytest-asyncio), and `item.obj` after the collection (pytest-trio, AnyIO).
So all of these have to be plain functions, and the user's module or class has to keep
the coroutine function.
`pytest_pycollect_makeitem` therefore returns items at once, which ends the hook, and
has pytest make them from a plain function that wraps the test.
pytest's own items would look the test up in its module again; `AsyncFunction`
overrides that look-up, `Function._getobj`, which pytest documents as open to
subclasses.

To mark a test and to run it in `pytest_pyfunc_call`, as AnyIO does, is not enough: the
other plugins still see a coroutine function and take it for theirs.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Generator, Iterable, Iterator
from types import MethodType
from typing import Any, cast

import pytest

from pytest_txaio._async_fixtures import AsyncFixture, async_function, is_async
from pytest_txaio._awaitables import as_plain_function, is_async_test
from pytest_txaio._debugger import Debugger
from pytest_txaio._given import (
    allow_fixtures,
    hide_inner_test,
    is_async_given,
    run_examples,
)
from pytest_txaio._test_run import TestRun


UNHANDLED = "no plugin or hook that handled it"
"""Part of the error of pytest 9 and later for an async fixture."""

TEST_RUN = pytest.StashKey[TestRun]()
TEST_RUN_FIXTURE = "_txaio_test_run"
"""The fixture that all others of ours take, with the name of a backend as parameter."""
DEBUGGER = pytest.StashKey[Debugger]()


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makeitem(
    collector: pytest.Module | pytest.Class, name: str, obj: object
) -> Any:
    """Collect an async test that needs `txaio`; leave all others to other plugins."""
    test: Any = getattr(obj, "__func__", obj)
    is_given = is_async_given(test)
    if not (is_given or is_async(test)) or not collector.istestfunction(obj, name):
        return None
    if not getattr(test, "__test__", True):
        return None
    marks: list[pytest.Mark] = getattr(test, "pytestmark", [])
    used = [arg for mark in marks if mark.name == "usefixtures" for arg in mark.args]
    if not needs_txaio(collector, [*inspect.signature(test).parameters, *used]):
        return None
    if is_given:
        # A plain function already, by which others know it, that pytest can collect.
        hide_inner_test(test)
        return None
    items: Iterable[Any] = collector._genfunctions(name, as_plain_function(test))
    return [AsyncFunction.like(item) for item in items]


def pytest_itemcollected(item: pytest.Item) -> None:
    """Allow the fixtures of a test with `@given`, which are new for each example."""
    if isinstance(item, pytest.Function) and TEST_RUN_FIXTURE in item.fixturenames:
        allow_fixtures(item)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Fail if a fixture with a wider scope takes one of the plugin's."""
    # pytest itself would call this a mismatch of scopes, and not say what to do.
    for definition, name in fixtures_of_wider_scope(item):
        message = (
            f"the fixture {definition.argname!r} has the scope {definition.scope!r},"
            f" but {name} is new for each test, as its loop is: give the fixture the"
            " scope 'function'"
        )
        pytest.fail(message, pytrace=False)


class AsyncFunction(pytest.Function):
    """The item of an async test that needs `txaio`; its `obj` is a plain function."""

    @classmethod
    def like(cls, item: Any) -> AsyncFunction:
        """Return an item with the name, the parameters and the fixtures of *item*."""
        callspec = getattr(item, "callspec", None)
        made: AsyncFunction = cls.from_parent(
            item.parent,
            name=item.name,
            originalname=item.originalname,
            callspec=callspec,
            fixtureinfo=item._fixtureinfo,
            keywords=None if callspec is None else {callspec.id: True},
        )
        return made

    def _getobj(self) -> Any:
        found: Any = super()._getobj()  # type: ignore[no-untyped-call]
        if inspect.ismethod(found):
            return MethodType(as_plain_function(found.__func__), found.__self__)
        return as_plain_function(found)


def fixtures_of_wider_scope(item: Any) -> Iterator[tuple[Any, str]]:
    """Yield the fixtures of *item* that outlive a fixture of ours that they take."""
    info = getattr(item, "_fixtureinfo", None)
    found = {} if info is None else info.name2fixturedefs
    if TEST_RUN_FIXTURE not in found:
        return
    for definitions in found.values():
        for definition in definitions:
            for name in definition.argnames if definition.scope != "function" else ():
                if all(is_for_one_test(each) for each in found.get(name, [None])):
                    yield definition, name


def is_for_one_test(definition: Any) -> bool:
    """Return whether a fixture is one of ours, and is new for each test."""
    module = getattr(getattr(definition, "func", None), "__module__", "")
    return module == "pytest_txaio.plugin" and definition.scope == "function"


def needs_txaio(node: pytest.Item | pytest.Collector, names: Iterable[str]) -> bool:
    """Return whether one of the fixtures *names* needs `txaio`, seen from *node*."""
    given = [*names]
    # To look at fixtures takes time, and most tests take it themselves.
    if "txaio" in given:
        return True
    # There is no public way to ask for the fixtures of a test not collected yet.
    manager: Any = node.session._fixturemanager
    left, seen = [*given, *manager._getautousenames(node)], set[str]()
    while left:
        name = left.pop()
        if name not in seen:
            seen.add(name)
            for fixture in manager.getfixturedefs(name, node) or ():
                left.extend(fixture.argnames)
    return "txaio" in seen


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_fixture_setup(
    fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
) -> Generator[None, Any, Any]:
    """Postpone an async fixture until the loop of its test is running."""
    definition = cast("Any", fixturedef)
    test_run = requesting_item(request).stash.get(TEST_RUN, None)
    if test_run is None:
        return (yield from set_up_by_others(definition, request))
    try:
        is_postponed = has_to_wait_for_loop(definition, request, test_run)
    except pytest.fail.Exception as error:
        cache_error(error, definition, request)
        raise
    if not is_postponed:
        return (yield from set_up_by_others(definition, request))
    function = definition.func
    wanted = async_function(function)
    names = inspect.signature(wanted).parameters

    def postpone(**kwargs: Any) -> AsyncFixture:
        used = {name: kwargs[name] for name in names}
        bound = bind_to_instance(wanted, request)
        fixture = AsyncFixture(definition.argname, bound, used)
        test_run.fixtures.append(fixture)
        return fixture

    definition.func = postpone
    try:
        return (yield)
    finally:
        definition.func = function


def cache_error(error: Any, definition: Any, request: pytest.FixtureRequest) -> None:
    """Store *error* as the cached result of a fixture that was not set up."""
    # Tearing down a fixture without a cached result fails inside pytest.
    key = definition.cache_key(request)
    definition.cached_result = (None, key, (error, error.__traceback__))


def set_up_by_others(
    definition: Any, request: pytest.FixtureRequest
) -> Generator[None, Any, Any]:
    """Let other plugins set a fixture up; if none can, raise an error with the fix."""
    try:
        return (yield)
    except pytest.fail.Exception as error:
        if "txaio" not in request.fixturenames or UNHANDLED not in str(error):
            raise
    message = f"the async fixture {definition.argname!r} must take txaio"
    failure = pytest.fail.Exception(message, pytrace=False)
    cache_error(failure, definition, request)
    raise failure


def requesting_item(request: pytest.FixtureRequest) -> pytest.Item:
    """Return the test, or other node, that requests a fixture."""
    test: Any = request.node
    return cast("pytest.Item", test)


def bind_to_instance(
    function: Any, request: pytest.FixtureRequest
) -> Callable[..., Any]:
    """Return *function*; if it is a method, bind it to the instance of the test."""
    owner, instance = getattr(function, "__self__", None), request.instance
    if owner is None or not isinstance(instance, type(owner)):
        found: Callable[..., Any] = function
        return found
    method: Callable[..., Any] = function.__func__.__get__(instance)
    return method


def has_to_wait_for_loop(
    definition: Any, request: pytest.FixtureRequest, test_run: TestRun
) -> bool:
    """Return whether a fixture has to be postponed; fail if that is impossible."""
    if not is_async(async_function(definition.func)):
        refuse_async_fixtures(definition, request, test_run)
        return False
    test = requesting_item(request)
    if not needs_txaio(test, definition.argnames):
        return False
    refuse_late_fixture(definition.argname, test, test_run)
    return True


def refuse_async_fixtures(
    definition: Any, request: pytest.FixtureRequest, test_run: TestRun
) -> None:
    """Fail if a sync fixture takes an async one, whose value does not exist yet."""
    for name in definition.argnames if test_run.fixtures else ():
        if isinstance(request.getfixturevalue(name), AsyncFixture):
            message = (
                f"the fixture {definition.argname!r} takes the async fixture {name!r}:"
                " make it `async def`, too"
            )
            pytest.fail(message, pytrace=False)


def refuse_late_fixture(name: str, test: Any, test_run: TestRun) -> None:
    """Fail if the async fixture *name* cannot be set up for *test*."""
    if not is_async_test(test.obj) and not is_async_given(test.obj):
        message = (
            f"the sync test {test.name!r} takes the async fixture {name!r}:"
            " make it `async def`"
        )
        pytest.fail(message, pytrace=False)
    if test_run.current.backend is not None:
        message = (
            f"the async fixture {name!r} was requested while the test runs:"
            " take it as an argument"
        )
        pytest.fail(message, pytrace=False)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run a test that needs `txaio`, sync or async."""
    test_run = pyfuncitem.stash.get(TEST_RUN, None)
    if test_run is None:
        return None
    names = pyfuncitem._fixtureinfo.argnames
    kwargs = {name: pyfuncitem.funcargs[name] for name in names}
    test = pyfuncitem.config.stash[DEBUGGER].enter(pyfuncitem.obj)
    try:
        if is_async_given(test):
            run_examples(test, kwargs, test_run)
        else:
            test_run.run(test, kwargs)
    except BaseException:
        for text in test_run.hints:
            pyfuncitem.add_report_section("call", "txaio", text)
        raise
    return True
