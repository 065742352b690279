"""Uses of coroutines and of the functions that return them."""

from __future__ import annotations

import ast

from txaio._migration.code import Code, Rule, argument, last_name


def _coroutine_as_callback(code: Code, call: ast.Call) -> bool:
    functions: list[ast.expr | None] = []
    if code.called(call) == "add_callbacks":
        functions = [argument(call, 1, "callback"), argument(call, 2, "errback")]
    elif last_name(call.func) == "call_later":
        functions = [argument(call, 1)]
    return any(
        isinstance(code.function_of(it), ast.AsyncFunctionDef) for it in functions
    )


def _is_coroutine(code: Code, node: ast.AST | None) -> bool:
    return isinstance(node, ast.Call) and isinstance(
        code.function_of(node.func), ast.AsyncFunctionDef
    )


def _is_future_of_a_coroutine(code: Code, call: ast.Call) -> bool:
    return code.called(call) == "is_future" and _is_coroutine(code, argument(call, 0))


def _as_future_of_a_coroutine(code: Code, call: ast.Call) -> bool:
    return code.called(call) == "as_future" and _is_coroutine(code, argument(call, 0))


def _as_future_of_a_generator(code: Code, call: ast.Call) -> bool:
    function = code.function_of(argument(call, 0))
    return (
        code.called(call) == "as_future"
        and isinstance(function, ast.AsyncFunctionDef)
        and any(isinstance(node, ast.Yield) for node in ast.walk(function))
    )


def _as_future_of_an_old_coroutine(code: Code, call: ast.Call) -> bool:
    function = code.function_of(argument(call, 0))
    return (
        code.called(call) == "as_future"
        and isinstance(function, ast.FunctionDef)
        and not function.decorator_list
        and any(isinstance(node, ast.YieldFrom) for node in ast.walk(function))
    )


RULES = (
    Rule(
        "a coroutine function as a callback on asyncio, or of `call_later`",
        "is not run: pass partial(txaio.as_future, function)",
        ast.Call,
        _coroutine_as_callback,
    ),
    Rule(
        "`is_future(coroutine)`, on asyncio",
        "is False: pass the coroutine function to as_future",
        ast.Call,
        _is_future_of_a_coroutine,
    ),
    Rule(
        "`as_future(coroutine())`",
        "raises TypeError: pass the function, and its arguments after it",
        ast.Call,
        _as_future_of_a_coroutine,
    ),
    Rule(
        "`as_future` of an async generator",
        "raises TypeError: pass a coroutine function that iterates over it",
        ast.Call,
        _as_future_of_a_generator,
    ),
    Rule(
        "`as_future` of a generator function, on asyncio with Python 3.11",
        "is not run: write async def, and await for yield from",
        ast.Call,
        _as_future_of_an_old_coroutine,
    ),
)
