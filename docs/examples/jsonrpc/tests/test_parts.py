"""Parts that need no event loop, and what the library imports."""

from __future__ import annotations

import subprocess
import sys
from itertools import pairwise
from math import inf, nan
from typing import Any

import pytest

from jsonrpc_peer import Code, Methods, PeerGone, RpcError, Settings
from jsonrpc_peer._lines import Lines


class TestLines:
    """Bytes become lines."""

    @pytest.mark.parametrize("size", [1, 2, 3, 4, 7, 40])
    def test_pieces(self, size: int) -> None:
        """The pieces in which they come make no difference."""
        data = b"one\n\ntoo long a line\n \r\ntwo\nthree"
        lines = Lines(10)
        pieces = [data[at : at + size] for at in range(0, len(data), size)]
        found = [line for piece in pieces for line in lines.feed(piece)]
        assert found == [b"one", None, b"two"]
        assert list(lines.end()) == [b"three"]
        assert list(lines.end()) == []

    def test_memory(self) -> None:
        """Of a line that is too long nothing is kept."""
        lines = Lines(10)
        found = [line for _ in range(1000) for line in lines.feed(b"x" * 10)]
        assert found == [None]
        assert len(lines._rest) == 0
        assert list(lines.feed(b"\nnext\n")) == [b"next"]


class TestSettings:
    """Settings are checked."""

    @pytest.mark.parametrize("name", ["heartbeat", "call_timeout", "send_timeout"])
    @pytest.mark.parametrize("value", [0, -1, nan])
    def test_not_above_zero(self, name: str, value: Any) -> None:
        """`ValueError` names a time that is not above zero."""
        with pytest.raises(ValueError, match=f"{name} must be above zero"):
            Settings(**{name: value})

    @pytest.mark.parametrize("name", ["max_calls", "max_outgoing", "max_handlers"])
    @pytest.mark.parametrize("value", [1.5, inf, "7"])
    def test_no_integer(self, name: str, value: Any) -> None:
        """`ValueError` names a number that is no integer."""
        with pytest.raises(ValueError, match=f"{name} must be an integer"):
            Settings(**{name: value})

    def test_too_short(self) -> None:
        """A message may at least be as long as an error."""
        with pytest.raises(ValueError, match="max_message must be at least 200"):
            Settings(max_message=100)

    def test_calls_fit(self) -> None:
        """By default a peer accepts all calls that another one makes at a time."""
        settings = Settings()
        assert settings.max_calls <= settings.max_incoming + settings.max_handlers


class TestMethods:
    """Methods are functions by name."""

    def test_as_a_decorator(self) -> None:
        """`add` returns the function."""
        methods = Methods()

        @methods.add
        def double(number: int) -> int:
            return 2 * number

        assert methods.bind("double", [4], None)() == double(4) == 8

    def test_default_values(self) -> None:
        """Parameters with default values may be missing."""
        methods = Methods()

        def fn(a: int, b: int = 2, *, c: int = 3) -> tuple[int, int, int]:
            return a, b, c

        methods.add(fn, name="f")
        assert methods.bind("f", [1], None)() == (1, 2, 3)
        assert methods.bind("f", {"a": 5, "c": 6}, None)() == (5, 2, 6)

    def test_peer_comes_first(self) -> None:
        """The peer is the first argument, and cannot be given by name."""
        methods = Methods()

        def fn(peer: str, a: int) -> tuple[str, int]:
            return peer, a

        methods.add(fn, name="f", takes_peer=True)
        assert methods.bind("f", [1], "peer")() == ("peer", 1)
        with pytest.raises(RpcError) as raised:
            methods.bind("f", {"peer": 1, "a": 2}, "peer")
        assert raised.value.code == Code.INVALID_PARAMS

    def test_twice(self) -> None:
        """A name is taken once."""
        methods = Methods()
        methods.add(len)
        with pytest.raises(ValueError, match="there is a method 'len' already"):
            methods.add(len)

    def test_reserved(self) -> None:
        """JSON-RPC reserves some names."""
        with pytest.raises(ValueError, match=r"'rpc\.ping' is reserved"):
            Methods().add(len, name="rpc.ping")


def test_errors_are_those_of_connections() -> None:
    """`PeerGone` is a `ConnectionError`; codes are integers in JSON."""
    assert issubclass(PeerGone, ConnectionError)
    codes = [int(code) for code in Code]
    assert all(a < b for a, b in pairwise(sorted(codes)))


def test_imports_only_interfaces_and_primitives() -> None:
    """Apart from the standard library, it imports nothing else, and no event loop."""
    program = (
        "import sys; before = set(sys.modules); import jsonrpc_peer;"
        "print(*{name.split('.')[0] for name in set(sys.modules) - before})"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    imported = set(run.stdout.split())
    ours = {"jsonrpc_peer", "txaio_interfaces", "txaio_primitives"}
    assert imported - sys.stdlib_module_names == ours
    assert "asyncio" not in imported
