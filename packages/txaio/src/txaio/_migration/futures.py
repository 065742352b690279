"""Uses of futures and failures."""

from __future__ import annotations

import ast

from txaio._migration.code import (
    UNKNOWN,
    Code,
    Rule,
    argument,
    keyword,
    last_name,
    value,
)


SETTLE = {"resolve", "reject", "callback", "errback", "set_result", "set_exception"}
"""The functions and methods that settle a future."""


def _arguments_of_callbacks(code: Code, call: ast.Call) -> tuple[object, object] | None:
    if code.called(call) != "add_callbacks":
        return None
    callback, errback = argument(call, 1, "callback"), argument(call, 2, "errback")
    return value(callback), value(errback)


def _callback_only(code: Code, call: ast.Call) -> bool:
    given = _arguments_of_callbacks(code, call)
    return given is not None and given[0] is not None and given[1] is None


def _no_callbacks(code: Code, call: ast.Call) -> bool:
    return _arguments_of_callbacks(code, call) == (None, None)


def _consumes(code: Code, call: ast.AST) -> bool | None:
    """Tell whether *call* gathers with consume_exceptions; None if it is no gather."""
    if not isinstance(call, ast.Call) or code.called(call) != "gather":
        return None
    return value(argument(call, 1, "consume_exceptions")) is not False


def _member_is_compared(code: Code, call: ast.Call) -> bool:
    if last_name(call.func) != "isinstance" or len(call.args) != 2:  # noqa: PLR2004
        return False
    kinds = call.args[1].elts if isinstance(call.args[1], ast.Tuple) else [call.args[1]]
    if not any(last_name(it).endswith(("Error", "Exception")) for it in kinds):
        return False
    # The callbacks of a gather are functions inside the one that calls it.
    outermost = code.functions_around(call)[-2:][0]
    return any(_consumes(code, node) for node in ast.walk(outermost))


def _gather_that_fails(code: Code, call: ast.Call) -> bool:
    return _consumes(code, call) is False


def _gather_is_cancelled(code: Code, call: ast.Call) -> bool:
    future = argument(call, 0, "future")
    return (
        code.called(call) == "cancel"
        and future is not None
        and code.has_result_of(future, "gather")
    )


def _error_of(code: Code, call: ast.Call) -> tuple[bool, ast.expr | None]:
    """Return whether *call* takes an error, and the error that it is given."""
    name = code.called(call)
    positions = {"reject": 1, "create_future_error": 0, "create_failure": 0}
    if name not in positions:
        return False, None
    keywords = keyword(call, "error") or keyword(call, "exception")
    return True, argument(call, positions[name]) or keywords


def _stop_iteration(code: Code, call: ast.Call) -> bool:
    _takes, error = _error_of(code, call)
    kind = error.func if isinstance(error, ast.Call) else error
    return kind is not None and last_name(kind) == "StopIteration"


def _no_exception_at_hand(code: Code, call: ast.Call) -> bool:
    takes, error = _error_of(code, call)
    handled = any(isinstance(node, ast.ExceptHandler) for node in code.around(call))
    return takes and error is None and not handled


def _no_exception(code: Code, call: ast.Call) -> bool:
    _takes, error = _error_of(code, call)
    return value(error) not in (UNKNOWN, None)


def _canceller(code: Code, call: ast.Call) -> list[ast.AST]:
    """Return the nodes of the canceller in *call*, if it makes a future with one."""
    if code.called(call) != "create_future":
        return []
    function = code.function_of(argument(call, 2, "canceller"))
    return [] if function is None else list(ast.walk(function))


def _canceller_resolves(code: Code, call: ast.Call) -> bool:
    calls = [node for node in _canceller(code, call) if isinstance(node, ast.Call)]
    return any(last_name(each.func) in SETTLE for each in calls)


def _canceller_raises(code: Code, call: ast.Call) -> bool:
    return any(isinstance(node, ast.Raise) for node in _canceller(code, call))


def _is_compared(code: Code, call: ast.Call) -> bool:
    return any(
        isinstance(it, ast.Compare)
        or (isinstance(it, ast.Call) and last_name(it.func).startswith("assert"))
        for it in code.around(call)
    )


def _text_is_compared(code: Code, call: ast.Call) -> bool:
    return code.called(call) == "failure_format_traceback" and _is_compared(code, call)


def _message_is_compared(code: Code, call: ast.Call) -> bool:
    return code.called(call) == "failure_message" and _is_compared(code, call)


def _config_with_a_loop(code: Code, call: ast.Call) -> bool:
    loop = value(argument(call, 0, "loop"))
    has_argument = argument(call, 0, "loop") is not None
    return code.called(call) == "with_config" and has_argument and loop is not None


def _type_is_deferred(_code: Code, comparison: ast.Compare) -> bool:
    sides = [comparison.left, *comparison.comparators]
    types = [it for it in sides if isinstance(it, ast.Call)]
    return any(last_name(it.func) == "type" for it in types) and any(
        last_name(it) == "Deferred" for it in sides
    )


RULES = (
    Rule(
        "a failed future with a callback only, on asyncio",
        "a failure is reported now, if nothing else handles it: add an errback",
        ast.Call,
        _callback_only,
    ),
    Rule(
        "`add_callbacks(future, None, None)`",
        "raises ValueError: pass a callback, an errback or both",
        ast.Call,
        _no_callbacks,
    ),
    Rule(
        "`gather`, on asyncio",
        "failed members are IFailedFuture there, too: ask for that, and take .value",
        ast.Call,
        _member_is_compared,
    ),
    Rule(
        "`gather(consume_exceptions=False)`, on Twisted",
        "it fails with the first failure, at once, and does not wait for the others",
        ast.Call,
        _gather_that_fails,
    ),
    Rule(
        "`cancel()` of a gather, on Twisted",
        "its errback gets a CancelledError; its callback gets no list of failures",
        ast.Call,
        _gather_is_cancelled,
    ),
    Rule(
        "`StopIteration` as a failure",
        "is a RuntimeError that has it as its cause: use another exception",
        ast.Call,
        _stop_iteration,
    ),
    Rule(
        "`reject`, `create_future_error` and `create_failure`"
        " while no exception is handled",
        "raises RuntimeError unless an exception is being handled: pass one",
        ast.Call,
        _no_exception_at_hand,
    ),
    Rule(
        "… and with what is no exception",
        "raises TypeError: pass an exception",
        ast.Call,
        _no_exception,
    ),
    Rule(
        "a canceller resolves the future, on Twisted",
        "the future is cancelled all the same: decide the outcome in an errback",
        ast.Call,
        _canceller_resolves,
    ),
    Rule(
        "a canceller raises, on Twisted",
        "the error is reported, and the future is cancelled: raise nothing",
        ast.Call,
        _canceller_raises,
    ),
    Rule(
        "texts of failures",
        "no frames of txaio, but causes: compare the exception, not the text",
        ast.Call,
        _text_is_compared,
    ),
    Rule(
        "`failure_message`",
        "is one line, and the name of the type alone if the exception has no text",
        ast.Call,
        _message_is_compared,
    ),
    Rule(
        "`with_config(loop)`",
        "holds for every function of what it returns",
        ast.Call,
        _config_with_a_loop,
    ),
    Rule(
        "`type(future) is Deferred`",
        "futures are of a subclass: ask isinstance(future, Deferred)",
        ast.Compare,
        _type_is_deferred,
    ),
)
