"""Uses of timers."""

from __future__ import annotations

import ast
from math import isnan

from txaio._migration.code import (
    UNKNOWN,
    Code,
    Function,
    Rule,
    argument,
    caught,
    keyword,
    last_name,
    value,
)


OF_A_CANCELLED_CALL = {"AlreadyCalled", "AlreadyCancelled", "AttributeError"}
"""What `cancel` of a delayed call raised."""


def _batched_timer_in_a_test(code: Code, call: ast.Call) -> bool:
    return code.is_test and code.called(call) == "make_batched_timer"


def _call_re_arms_itself(code: Code, call: ast.Call) -> bool:
    if last_name(call.func) != "call_later" or not isinstance(call.func, ast.Attribute):
        return False
    names = {last_name(it) for it in call.args[1:2]}
    around = {it.name for it in code.around(call) if isinstance(it, Function)}
    is_batched = code.has_result_of(call.func.value, "make_batched_timer")
    return is_batched and bool(names & around)


def _wrong_chunk_size(code: Code, call: ast.Call) -> bool:
    size = value(argument(call, 1, "chunk_size"))
    if code.called(call) != "make_batched_timer" or size is UNKNOWN:
        return False
    return not isinstance(size, int) or size < 1


def _cancel_that_may_raise(_code: Code, attempt: ast.Try) -> bool:
    calls = [
        it.value.func
        for it in attempt.body
        if isinstance(it, ast.Expr) and isinstance(it.value, ast.Call)
    ]
    cancels = any(last_name(it) == "cancel" for it in calls)
    return cancels and bool(caught(attempt) & OF_A_CANCELLED_CALL)


def _call_without_a_function(code: Code, call: ast.Call) -> bool:
    return (
        code.called(call) == "call_later" and len(call.args) == 1 and not call.keywords
    )


def _delay(code: Code, call: ast.Call) -> float | None:
    """Return the delay of *call*, if it is one of a timer and in the source."""
    if code.called(call) not in {"call_later", "sleep"} or not call.args:
        return None
    delay = call.args[0]
    if isinstance(delay, ast.Call) and last_name(delay.func) == "float":
        text = value(argument(delay, 0))
        return float(text) if isinstance(text, str) else None
    number = value(delay)
    return number if isinstance(number, int | float) else None


def _not_a_number(code: Code, call: ast.Call) -> bool:
    delay = _delay(code, call)
    return delay is not None and isnan(delay)


def _negative(code: Code, call: ast.Call) -> bool:
    delay = _delay(code, call)
    return delay is not None and delay < 0


def _native_handle(code: Code, attribute: ast.Attribute) -> bool:
    handle = attribute.value
    return attribute.attr in {"when", "cancelled"} and (
        code.called(handle) == "call_later" or code.has_result_of(handle, "call_later")
    )


def _arguments_by_name(code: Code, call: ast.Call) -> bool:
    name = code.called(call)
    if name == "as_future":
        return not call.args and any(it.arg for it in call.keywords)
    missing = {0: ("delay", "fun", "func"), 1: ("fun", "func")}.get(len(call.args), ())
    return name == "call_later" and any(keyword(call, it) for it in missing)


RULES = (
    Rule(
        "batched timers",
        "they are never early, and late by less than one bucket",
        ast.Call,
        _batched_timer_in_a_test,
    ),
    Rule(
        "a batched call that re-arms itself",
        "at most one call in a bucket: choose buckets of a tenth of the period",
        ast.Call,
        _call_re_arms_itself,
    ),
    Rule(
        "a wrong `chunk_size`",
        "raises ValueError or TypeError: pass an integer above 0",
        ast.Call,
        _wrong_chunk_size,
    ),
    Rule(
        "`cancel()` of a timed call",
        "raises nothing: the except clause can go",
        ast.Try,
        _cancel_that_may_raise,
    ),
    Rule(
        "`call_later` without a function, on Twisted",
        "raises TypeError: pass a function",
        ast.Call,
        _call_without_a_function,
    ),
    Rule("NaN as a delay", "raises ValueError: pass a number", ast.Call, _not_a_number),
    Rule(
        "a negative delay, on Twisted",
        "means soon on Twisted, as it does on asyncio",
        ast.Call,
        _negative,
    ),
    Rule(
        "`call_later` returns",
        "an object with cancel and reset: ask txaio for the time, and keep the state",
        ast.Attribute,
        _native_handle,
    ),
    Rule(
        "Keywords for positional arguments",
        "each keyword belongs to the function: pass delay and function by position",
        ast.Call,
        _arguments_by_name,
    ),
)
