"""Messages: from a line to objects, and back.

A value that was received is one of three things: a request (or a notification, which
is a request without an id), an answer, or neither.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any, NoReturn, TypeAlias, TypeGuard, cast

from jsonrpc_peer._errors import Code, InvalidAnswer, RpcError


Id: TypeAlias = str | int | float | None
Params: TypeAlias = Sequence[Any] | Mapping[str, Any] | None

VERSION = "2.0"


@dataclass(frozen=True, slots=True)
class Request:
    """A call of *method*; its answer has the same *id*."""

    method: str
    params: list[Any] | dict[str, Any]
    id: Id


@dataclass(frozen=True, slots=True)
class Notification:
    """A call of *method* that has no answer."""

    method: str
    params: list[Any] | dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """The *result* of the request with the *id*, or its *error*."""

    id: Id
    result: Any = None
    error: Exception | None = None


@dataclass(frozen=True, slots=True)
class Invalid:
    """What is neither a request nor an answer, and is answered with *error*."""

    error: RpcError
    id: Id = None


Message: TypeAlias = Request | Notification | Answer | Invalid


def decode(line: bytes) -> Any:
    """Return the value of *line*.

    Raises `RpcError` if it is no JSON.
    """
    try:
        return json.loads(line, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        text = str(error).partition(":")[0]
        raise RpcError(Code.PARSE_ERROR, "Parse error", text) from error


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")


def classify(value: Any) -> Message:
    """Return what *value* is, which is what a line has, or a member of a batch."""
    if not isinstance(value, dict):
        return _invalid("a message has to be an object")
    members = cast("dict[str, Any]", value)
    if "method" not in members and ("result" in members or "error" in members):
        return _answer(members)
    why = _problem(members)
    id_ = members.get("id")
    if why is not None:
        return _invalid(why, id_ if is_id(id_) else None)
    method, params = members["method"], members.get("params", [])
    if "id" in members:
        return Request(method, params, id_)
    return Notification(method, params)


def is_batch(value: Any) -> TypeGuard[list[Any]]:
    """Return whether *value* is a batch, each of whose members is a message."""
    return isinstance(value, list) and value != []


def _problem(members: dict[str, Any]) -> str | None:
    """Return why *members* are no request, or None if they are one."""
    if members.get("jsonrpc") != VERSION:
        return 'jsonrpc has to be "2.0"'
    if not isinstance(members.get("method"), str):
        return "method has to be a string"
    if not isinstance(members.get("params", []), list | dict):
        return "params has to be an array or an object"
    if not is_id(members.get("id")):
        return "id has to be a string, a number or null"
    return None


def is_id(value: Any) -> bool:
    """Return whether *value* may be the id of a request."""
    if isinstance(value, float):
        return isfinite(value)
    return not isinstance(value, bool | list | dict)


def _invalid(why: str, id_: Id = None) -> Invalid:
    return Invalid(RpcError(Code.INVALID_REQUEST, "Invalid Request", why), id_)


def _answer(members: dict[str, Any]) -> Answer:
    id_ = members.get("id")
    if not is_id(id_):
        return Answer(None, error=InvalidAnswer(f"an answer with the id {id_!r}"))
    if "error" not in members:
        return Answer(id_, members["result"])
    match members["error"]:
        case {"code": int(code), "message": str(message), **others}:
            return Answer(id_, error=RpcError(code, message, others.get("data")))
        case error:
            return Answer(id_, error=InvalidAnswer(f"an answer with error {error!r}"))


def encode(value: Any) -> bytes:
    """Return *value* as JSON, without a line end.

    Raises `TypeError` or `ValueError` if JSON has no such value.
    """
    try:
        return json.dumps(value, separators=(",", ":"), allow_nan=False).encode()
    except RecursionError:
        raise ValueError("a value is nested too deeply for JSON") from None


def request(method: str, params: Params, id_: Id) -> dict[str, Any]:
    """Return the object of a request."""
    return notification(method, params) | {"id": id_}


def notification(method: str, params: Params) -> dict[str, Any]:
    """Return the object of a notification.

    Raises `TypeError` if *params* is neither a list (or a tuple) nor a dict.
    """
    if params is None:
        return {"jsonrpc": VERSION, "method": method}
    if not isinstance(params, list | tuple | dict):
        raise TypeError(
            f"params must be a list, a dict or None, not {type(params).__name__!r}:"
            " put a single one into a list"
        )
    return {"jsonrpc": VERSION, "method": method, "params": params}


def success(result: Any, id_: Id) -> dict[str, Any]:
    """Return the object of an answer with *result*."""
    return {"jsonrpc": VERSION, "result": result, "id": id_}


def failure(error: RpcError, id_: Id) -> dict[str, Any]:
    """Return the object of an answer with *error*."""
    members = {"code": error.code, "message": error.message}
    if error.data is not None:
        members["data"] = error.data
    return {"jsonrpc": VERSION, "error": members, "id": id_}
