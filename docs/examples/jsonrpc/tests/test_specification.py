"""The examples of the specification, section 7, and of the errors of section 5.1."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from jsonrpc_peer import Endpoint, Methods
from jsonrpc_peer._messages import is_batch


if TYPE_CHECKING:
    from streams import Raw

    from conftest import World
    from txaio_interfaces import IBackend

TEXT = Path(__file__).with_name("examples.txt").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^--> (.*)\n(?:<-- (.*)\n)?", TEXT, re.MULTILINE)
"""What is sent, and what is answered, if anything is."""

CODES: dict[str, tuple[str, Any, int]] = {
    "of an unknown method": ("nothing", [], -32601),
    "of too few parameters": ("subtract", [1], -32602),
    "of a name that is no parameter": ("subtract", {"minuend": 1, "other": 2}, -32602),
    "of a method that fails": ("fail", ["why"], -32603),
}


def total(*numbers: int) -> int:
    """Return their sum."""
    return sum(numbers)


def ignore(*_values: Any) -> None:
    """Be a method that is notified."""


@pytest.fixture
async def example(txaio: IBackend, world: World) -> Raw:
    """Return a client of a server with the methods of the examples."""
    methods = Methods()
    server = world.server()
    methods.add(server.subtract)
    methods.add(total, name="sum")
    methods.add(lambda: ["hello", 5], name="get_data")
    for name in ("update", "notify_hello", "notify_sum"):
        methods.add(ignore, name=name)
    server.endpoint = Endpoint(txaio, methods)
    return world.raw(server)


def without_data(answer: Any) -> Any:
    """Return *answer* without the data of errors, of which there is none in examples.

    The members of a batch are in an order, as they may come in any.
    """
    if is_batch(answer):
        return sorted(map(without_data, answer), key=json.dumps)
    answer.get("error", {}).pop("data", None)
    return answer


@pytest.mark.parametrize(("sent", "expected"), EXAMPLES)
async def test_example(example: Raw, sent: str, expected: str) -> None:
    """The answer is that of the specification; a notification has none."""
    await example.send(sent.encode())
    if expected:
        answer = await example.receive()
        assert without_data(answer) == without_data(json.loads(expected))
    # Nothing else has come before this.
    last = {"jsonrpc": "2.0", "method": "subtract", "params": [1, 1], "id": "last"}
    answer = await example.ask(last)
    assert answer == {"jsonrpc": "2.0", "result": 0, "id": "last"}
    example.stream.send_eof()
    assert await example.line() == b""


@pytest.mark.parametrize("case", CODES)
async def test_code(raw: Raw, txaio_errors: Any, case: str) -> None:
    """Each error has the code of the specification."""
    method, params, code = CODES[case]
    request = {"jsonrpc": "2.0", "method": method, "params": params, "id": 1}
    answer = await raw.ask(request)
    assert answer["error"]["code"] == code
    assert answer["id"] == 1
    assert len(txaio_errors.take()) == (code == -32603)
