"""What works before a backend is selected, and what raises an error."""

from __future__ import annotations

import inspect
import time

import pytest

import txaio_interfaces


NEED_A_BACKEND = {
    "add_callbacks": (None, None, None),
    "as_future": (print,),
    "call_later": (1, print),
    "cancel": (None,),
    "create_failure": (),
    "create_future": (),
    "create_future_error": (),
    "create_future_success": (1,),
    "failure_format_traceback": (None,),
    "failure_message": (None,),
    "failure_traceback": (None,),
    "gather": ([],),
    "is_called": (None,),
    "is_future": (None,),
    "make_batched_timer": (1,),
    "reject": (None,),
    "resolve": (None,),
    "sleep": (1,),
    "start_logging": (),
}


@pytest.mark.parametrize("name", NEED_A_BACKEND)
def test_error_names_the_functions_that_select(txaio, name):
    """A function that needs a backend says how to select one."""
    with pytest.raises(RuntimeError) as caught:
        getattr(txaio, name)(*NEED_A_BACKEND[name])
    text = str(caught.value)
    assert "use_asyncio()" in text
    assert "use_twisted()" in text
    assert "use_anyio()" in text


def test_all_names_exist(txaio):
    """Every name exists before the selection, and so can be imported."""
    assert set(txaio.__all__) <= {*dir(txaio), "__version__", "version"}
    assert set(NEED_A_BACKEND) <= set(txaio.__all__)


@pytest.mark.parametrize("name", sorted(NEED_A_BACKEND))
def test_functions_are_documented(txaio, name):
    """Each function has a docstring, before and after the selection."""
    assert inspect.getdoc(getattr(txaio, name))
    txaio.use_asyncio()
    assert inspect.getdoc(getattr(txaio, name))


def parameters(function):
    """Return the names and kinds of the parameters of *function*."""
    found = inspect.signature(function).parameters.values()
    return [(parameter.name, parameter.kind) for parameter in found]


@pytest.mark.parametrize("name", sorted(NEED_A_BACKEND))
def test_signatures_are_those_of_the_methods(txaio, name):
    """Parameters have the same names and kinds before and after the selection."""
    before = parameters(getattr(txaio, name))
    txaio.use_asyncio()
    assert before == parameters(getattr(txaio, name))


def test_clocks_work(txaio):
    """They are those of the standard library."""
    assert txaio.time_ns is time.time_ns
    assert txaio.perf_counter_ns is time.perf_counter_ns


def test_interfaces_work(txaio):
    """They can be subclassed, and used with `isinstance`, at import time."""
    assert txaio.interfaces.ILogger is txaio_interfaces.ILogger
    assert txaio.IBatchedTimer is txaio_interfaces.IBatchedTimer
    assert not isinstance(object(), txaio.IFailedFuture)
    assert txaio.interfaces.log_levels[0] == "none"


def test_levels_work(txaio):
    """A level that is set before the selection applies after it."""
    txaio.set_global_log_level("debug")
    assert txaio.get_global_log_level() == "debug"
    txaio.use_asyncio()
    assert txaio.get_global_log_level() == "debug"


def test_categories_work(txaio, capsys):
    """A format that is added before the selection is used after it."""
    txaio.add_log_categories({"XY1": "{x} and {y}"})
    log = txaio.make_logger()
    txaio.use_asyncio()
    txaio.start_logging()
    log.info(log_category="XY1", x=1, y=2)
    txaio.with_config().stop_logging()
    assert capsys.readouterr().out.endswith(": 1 and 2\n")


def test_functions_imported_before_work_after(txaio, loop):
    """A function that was imported before the selection calls the backend."""
    early = {name: getattr(txaio, name) for name in NEED_A_BACKEND}
    txaio.use_asyncio()
    future = early["create_future"]()
    early["call_later"](0, early["resolve"], future, 1)
    assert loop.run_until_complete(future) == 1
    assert early["is_future"](future)
    assert early["is_called"](future)
    gathered = early["gather"]([early["as_future"](int, "2"), future])
    assert loop.run_until_complete(gathered) == [2, 1]
    seen = []
    failed = early["create_future_error"](KeyError("x"))
    early["add_callbacks"](failed, None, seen.append)
    loop.run_until_complete(early["sleep"](0))
    assert early["failure_message"](seen[0]) == "KeyError: 'x'"
    assert early["failure_format_traceback"](seen[0]) == "KeyError: 'x'\n"
    assert early["failure_traceback"](seen[0]) is None
    assert early["create_failure"](ValueError()).value.args == ()
    early["cancel"](early["create_future"]())
    rejected = early["create_future"]()
    early["reject"](rejected, KeyError())
    assert isinstance(rejected.exception(), KeyError)
    assert loop.run_until_complete(early["create_future_success"](3)) == 3
    assert isinstance(early["make_batched_timer"](1), txaio.IBatchedTimer)
