"""Async tests with `@given` of Hypothesis, which runs a test for many examples.

`@given` replaces the test by a plain function that calls the test.
The attribute `hypothesis` of that function has the test as `inner_test`, and
Hypothesis lets plugins set it to a function that runs a coroutine function.

Each example is a run of its own: it has a new loop, async fixtures are set up for it,
and the timeout is that of one example.
Whatever is wrong with it fails the example, so that Hypothesis looks for a simpler one.
Only a test that hangs ends at once, as each further example might hang as well.
"""

from __future__ import annotations

import inspect
import sys
from functools import wraps
from typing import Any

import pytest

from pytest_txaio._async_fixtures import async_function, is_async
from pytest_txaio._awaitables import as_plain_function, is_async_test
from pytest_txaio._hang import Hung
from pytest_txaio._test_run import TestRun


SETTINGS = "_hypothesis_internal_use_settings"


def is_async_given(test: Any) -> bool:
    """Return whether *test* is an async test with `@given`, hidden or not."""
    if not inspect.isroutine(test):
        return False  # A mock has each attribute that it is asked for.
    handle = getattr(test, "hypothesis", None)
    return handle is not None and is_async_test(handle.inner_test)


def hide_inner_test(test: Any) -> None:
    """Replace the coroutine function inside *test*, so that it is not run by others."""
    if is_async(test.hypothesis.inner_test):
        test.hypothesis.inner_test = as_plain_function(test.hypothesis.inner_test)


def allow_fixtures(item: Any) -> None:
    """Have Hypothesis accept the fixtures of *item*, if it is an async test of its own.

    Its health checks refuse fixtures that are set up once for all examples, and methods
    of more than one instance, as those of a test on several backends are.
    The fixtures of this plugin are always new, and so are async ones.
    """
    function = getattr(item.obj, "__func__", item.obj)
    if not is_async_given(function):
        return
    hypothesis: Any = sys.modules["hypothesis"]
    checks = hypothesis.HealthCheck
    allowed = {checks.differing_executors}
    find = item.session._fixturemanager.getfixturedefs
    names = inspect.signature(function).parameters
    if all(_is_new_for_each_example(find(name, item)) for name in names):
        allowed.add(checks.function_scoped_fixture)
    # Its own plugin reads and sets this for the same purpose.
    settings = getattr(function, SETTINGS, hypothesis.settings.default)
    allowed.update(settings.suppress_health_check)
    more = hypothesis.settings(parent=settings, suppress_health_check=allowed)
    setattr(function, SETTINGS, more)


def _is_new_for_each_example(definitions: Any) -> bool:
    # There is none for `self` and for what is parametrized.
    function = definitions[-1].func if definitions else None
    is_ours = getattr(function, "__module__", "").startswith("pytest_txaio.")
    return function is None or is_ours or is_async(async_function(function))


def run_examples(test: Any, kwargs: dict[str, Any], test_run: TestRun) -> None:
    """Call *test*, which calls its inner test for each example; *kwargs* are fixtures.

    Raise what is wrong with the simplest example that fails.
    """
    __tracebackhide__ = True
    handle = test.hypothesis
    inner: Any = handle.inner_test
    failure: BaseException | None = None

    @wraps(inner)
    def run(**values: Any) -> None:
        nonlocal failure
        __tracebackhide__ = True
        try:
            test_run.run(inner, values)
        except pytest.fail.Exception as error:
            if not error.pytrace:
                # pytest does not show the note with the example either.
                given = values.keys() - {"self", *kwargs}
                drawn = [f"{name}={values[name]!r}" for name in values if name in given]
                test_run.hints.append(f"the example: {', '.join(drawn)}")
            if not test_run.is_given_up:
                raise
            failure = error
            # Hypothesis lets it pass, and tries no other example.
            raise Hung from None

    handle.inner_test = run
    try:
        test(**kwargs)
    except Hung:
        pass
    finally:
        handle.inner_test = inner
    if failure is not None:
        raise failure
