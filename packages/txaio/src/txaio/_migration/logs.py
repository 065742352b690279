"""Uses of loggers, levels and outputs."""

from __future__ import annotations

import ast
from string import Formatter

from txaio._migration.code import (
    UNKNOWN,
    Code,
    Rule,
    argument,
    caught,
    keyword,
    last_name,
    value,
)
from txaio_common import check_level
from txaio_interfaces import log_levels


METHODS = {*log_levels, "warning", "exception", "failure"} - {"none"}
"""The methods of a logger that log a message."""

TAKE_A_LEVEL = {
    "start_logging": (1, "level"),
    "set_global_log_level": (0, "level"),
    "make_logger": (0, "level"),
}
"""The functions that take a level, with its position and its name."""

SET_A_LEVEL = {*TAKE_A_LEVEL, "set_log_level", "_set_log_level"}


def _is_logger(node: ast.AST) -> bool:
    return "log" in last_name(node).lower()


def _is_log_call(call: ast.Call) -> bool:
    method = call.func
    return (
        isinstance(method, ast.Attribute)
        and method.attr in METHODS
        and _is_logger(method.value)
    )


def _named_and_given(call: ast.Call) -> tuple[set[str], set[str]]:
    """Return the fields that the message of *call* names, and those that it is given.

    None of either if they are not in the source, or if *call* logs nothing.
    Raises `ValueError` if the message is no format.
    """
    message = value(argument(call, 0))
    given = {it.arg or "**" for it in call.keywords}
    if not _is_log_call(call) or not isinstance(message, str) or "**" in given:
        return set(), set()
    parts = [name for _text, name, _spec, _kind in Formatter().parse(message)]
    named = {it.partition(".")[0].partition("[")[0] for it in parts if it is not None}
    return named, given


def _cannot_be_formatted(_code: Code, call: ast.Call) -> bool:
    try:
        named, given = _named_and_given(call)
    except ValueError:
        return True
    return any(not it.startswith(("log_", "txaio_")) for it in named - given)


def _unnamed_fields(code: Code, call: ast.Call) -> bool:
    # A message that cannot be formatted is written with all fields, as before.
    if _cannot_be_formatted(code, call):
        return False
    named, given = _named_and_given(call)
    others = given - named - {"exc_info", "failure", "format"}
    return any(not it.startswith(("log_", "_")) for it in others)


def _levels(code: Code, call: ast.Call) -> bool:
    return code.called(call) == "set_global_log_level"


def _catches_for_a_level(_code: Code, attempt: ast.Try) -> bool:
    calls = [it for part in attempt.body for it in ast.walk(part)]
    names = {last_name(it.func) for it in calls if isinstance(it, ast.Call)}
    return bool(names & SET_A_LEVEL) and "RuntimeError" in caught(attempt)


def _unknown_level(code: Code, call: ast.Call) -> bool:
    position, name = TAKE_A_LEVEL.get(code.called(call), (0, ""))
    level = value(argument(call, position, name)) if name else UNKNOWN
    if not isinstance(level, str) or "." in level:
        return False
    try:
        check_level(level)
    except ValueError:
        return True
    return False


def _starts(code: Code) -> list[ast.Call]:
    """Return the calls of start_logging, in the order of the file."""
    calls = [it for it in code.nodes if isinstance(it, ast.Call)]
    found = [it for it in calls if code.called(it) == "start_logging"]
    return sorted(found, key=lambda it: it.lineno)


def _starts_again(code: Code, call: ast.Call) -> bool:
    starts = _starts(code)
    before = starts[: starts.index(call)] if call in starts else []
    function = code.functions_around(call)[0]
    return any(
        code.functions_around(each)[0] is function
        and not code.are_alternatives(each, call)
        for each in before
    )


def _root_logger(code: Code, call: ast.Call) -> bool:
    name = last_name(call.func)
    is_root = name == "basicConfig" or (name == "getLogger" and not call.args)
    return is_root and bool(_starts(code))


def _lines_in_a_test(code: Code, call: ast.Call) -> bool:
    starts = code.called(call) == "start_logging"
    return code.is_test and starts and argument(call, 0, "out") is not None


def _traceback_as_text(code: Code, call: ast.Call) -> bool:
    message = code.called(argument(call, 0))
    return message == "failure_format_traceback" and _is_log_call(call)


def _category_and_message(_code: Code, call: ast.Call) -> bool:
    return (
        _is_log_call(call)
        and bool(call.args)
        and value(call.args[0]) not in (None, "")
        and keyword(call, "log_category") is not None
    )


def _message_of_a_record(_code: Code, attribute: ast.Attribute) -> bool:
    return (
        attribute.attr == "msg"
        and isinstance(attribute.ctx, ast.Load)
        and last_name(attribute.value).endswith("record")
    )


def _keep(_code: Code, call: ast.Call) -> bool:
    return last_name(call.func) in SET_A_LEVEL and keyword(call, "keep") is not None


def _private_attribute(_code: Code, attribute: ast.Attribute) -> bool:
    private = {"_logger", "_set_log_level"}
    return attribute.attr in private and _is_logger(attribute.value)


RULES = (
    Rule(
        "log messages that cannot be formatted",
        "is written raw: give each {name} a value, by keyword",
        ast.Call,
        _cannot_be_formatted,
    ),
    Rule(
        "fields that the message does not name",
        "follow it, as [name=value]: name them, or leave them out",
        ast.Call,
        _unnamed_fields,
    ),
    Rule(
        "levels",
        "acts at once on every logger that has no level of its own",
        ast.Call,
        _levels,
    ),
    Rule(
        "an unknown level",
        "raises ValueError, not RuntimeError: catch that",
        ast.Try,
        _catches_for_a_level,
    ),
    Rule(
        "an unknown level",
        f"raises ValueError: use one of {', '.join(log_levels)}",
        ast.Call,
        _unknown_level,
    ),
    Rule(
        "`start_logging` again",
        "replaces what an earlier call has set up",
        ast.Call,
        _starts_again,
    ),
    Rule(
        "the root logger, on asyncio",
        "start_logging leaves its level alone if it has handlers: set it here",
        ast.Call,
        _root_logger,
    ),
    Rule(
        "lines of the log",
        "time with its offset, level, namespace, text: compare the end of a line",
        ast.Call,
        _lines_in_a_test,
    ),
    Rule(
        "`log.critical(txaio.failure_format_traceback(failure))`",
        "is taken as a format: use log.failure(text, failure), or log_failure=failure",
        ast.Call,
        _traceback_as_text,
    ),
    Rule(
        "`record.msg`, on asyncio",
        "is no string, though it compares and prints as one: call record.getMessage()",
        ast.Attribute,
        _message_of_a_record,
    ),
    Rule(
        "a message with a category",
        "the message is written, and not the text of the category",
        ast.Call,
        _category_and_message,
    ),
    Rule(
        "`set_log_level(level, keep=…)` on Twisted",
        "there is no keep: leave it out",
        ast.Call,
        _keep,
    ),
    Rule(
        "Code that reaches into the loggers' private attributes",
        "_logger is there with logger= or observer= only; call set_log_level",
        ast.Attribute,
        _private_attribute,
    ),
)
