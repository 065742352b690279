"""The methods that a peer may call."""

from __future__ import annotations

from functools import partial
from inspect import Signature, signature
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from jsonrpc_peer._errors import Code, RpcError


if TYPE_CHECKING:
    from collections.abc import Callable

F = TypeVar("F", bound="Callable[..., Any]")

RESERVED = "rpc."
"""The beginning of the names that JSON-RPC reserves for extensions, such as these."""

PING = "rpc.ping"
"""Returns null: a sign of life."""

CANCEL = "rpc.cancel"
"""A notification with the ``id`` of a request whose answer is wanted no more."""


class _Method(NamedTuple):
    fn: Callable[..., Any]
    signature: Signature
    takes_peer: bool


class Methods:
    """Functions and coroutine functions by name.

    Of a request with an array of parameters they are called by position, with an
    object by keyword. What they return is the result, if JSON has such a value. What
    they raise is the error: an `RpcError` as it is; of any other the peer learns
    nothing, and it is reported here.
    """

    def __init__(self) -> None:
        self._methods = {PING: _Method(_pong, signature(_pong), takes_peer=False)}

    def add(self, fn: F, *, name: str | None = None, takes_peer: bool = False) -> F:
        """Add *fn* under its own name, or under *name*; return it, as a decorator does.

        If *takes_peer*, its first argument is the `Peer` that has sent the request.

        Raises `ValueError` if there is a method of this name, or if JSON-RPC has
        reserved it.
        """
        name = name or fn.__name__
        if name.startswith(RESERVED):
            raise ValueError(f"{name!r} is reserved: choose one without {RESERVED!r}")
        if name in self._methods:
            raise ValueError(f"there is a method {name!r} already: choose another name")
        self._methods[name] = _Method(fn, signature(fn), takes_peer)
        return fn

    def bind(
        self, name: str, params: list[Any] | dict[str, Any], peer: object
    ) -> Callable[[], Any]:
        """Return the function called *name* with its arguments.

        Raises `RpcError` if there is none, or if it does not take *params*.
        """
        method = self._methods.get(name)
        if method is None:
            raise RpcError(Code.METHOD_NOT_FOUND, "Method not found", name)
        args: list[Any] = [peer] if method.takes_peer else []
        kwargs: dict[str, Any] = {}
        if isinstance(params, dict):
            kwargs = params
        else:
            args += params
        try:
            method.signature.bind(*args, **kwargs)
        except TypeError as error:
            text = str(error)
            raise RpcError(Code.INVALID_PARAMS, "Invalid params", text) from None
        return partial(method.fn, *args, **kwargs)


def _pong() -> None:
    pass
