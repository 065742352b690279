"""What a peer should not send: it is answered, and nothing after it is lost."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from streams import FEW_LOOPS

from jsonrpc_peer import Code


if TYPE_CHECKING:
    from streams import Raw

    from conftest import World

CALL = {"jsonrpc": "2.0", "method": "echo", "params": ["next"], "id": "next"}

NO_JSON = {
    "no value": b"nonsense",
    "cut off": b'{"jsonrpc": "2.0", "method',
    "two values": b"{} {}",
    "no UTF-8": b'{"jsonrpc": "2.0", "method": "\xff"}',
    "a NUL": b"\0",
    "NaN": b'{"jsonrpc": "2.0", "method": "echo", "params": [NaN], "id": 1}',
    "nested too deeply": b"[" * 200_000,
    "a number too long": b"1" * 20_000,
}

NO_REQUEST: dict[str, Any] = {
    "a string": "text",
    "a number": 1,
    "null": None,
    "true": True,
    "an empty object": {},
    "no version": {"method": "echo", "id": 1},
    "another version": {"jsonrpc": "1.0", "method": "echo", "id": 1},
    "a version that is a number": {"jsonrpc": 2.0, "method": "echo", "id": 1},
    "no method": {"jsonrpc": "2.0", "id": 1},
    "a method that is none": {"jsonrpc": "2.0", "method": 1, "id": 1},
    "params that are none": {
        "jsonrpc": "2.0",
        "method": "echo",
        "params": 1,
        "id": 1,
    },
    "params that are null": {
        "jsonrpc": "2.0",
        "method": "echo",
        "params": None,
        "id": 1,
    },
}

NO_ID = {"an object": b"{}", "an array": b"[]", "true": b"true", "infinite": b"1e999"}


@FEW_LOOPS
@pytest.mark.parametrize("case", NO_JSON)
async def test_no_json(raw: Raw, case: str) -> None:
    """What is no JSON is a parse error."""
    await raw.send(NO_JSON[case])
    answer = await raw.receive()
    assert (answer["error"]["code"], answer["id"]) == (Code.PARSE_ERROR, None)
    assert (await raw.ask(CALL))["result"] == "next"


@FEW_LOOPS
@pytest.mark.parametrize("case", NO_REQUEST)
async def test_no_request(raw: Raw, case: str) -> None:
    """What is no request is an invalid one; its id is that of the answer, if any."""
    value = NO_REQUEST[case]
    answer = await raw.ask(value)
    assert answer["error"]["code"] == Code.INVALID_REQUEST
    assert answer["error"]["data"]
    assert answer["id"] == (1 if '"id"' in json.dumps(value) else None)
    assert (await raw.ask(CALL))["result"] == "next"


@FEW_LOOPS
@pytest.mark.parametrize("case", NO_ID)
async def test_no_id(raw: Raw, case: str) -> None:
    """An id that is none is an invalid request."""
    await raw.send(b'{"jsonrpc": "2.0", "method": "echo", "id": %s}' % NO_ID[case])
    answer = await raw.receive()
    assert (answer["error"]["code"], answer["id"]) == (Code.INVALID_REQUEST, None)
    assert (await raw.ask(CALL))["result"] == "next"


@FEW_LOOPS
@pytest.mark.parametrize("end", [b"", b"\r", b"\n\n  \n"])
async def test_other_line_ends(raw: Raw, end: bytes) -> None:
    """Lines may end as on Windows, and empty ones are none."""
    line = b'{"jsonrpc":"2.0","method":"echo","params":[1],"id":1}'
    await raw.send(line + end)
    assert (await raw.receive())["result"] == 1
    assert (await raw.ask(CALL))["result"] == "next"


async def test_too_long(world: World) -> None:
    """A message that is too long is answered as soon as it is, and is not kept."""
    raw = world.raw(world.server(max_message=1000))
    for _ in range(3):
        await raw.stream.send(b"x" * 400)
    answer = await raw.receive()
    assert answer["error"] == {
        "code": Code.INVALID_REQUEST,
        "message": "Message too long",
        "data": "a message may have 1000 bytes",
    }
    for _ in range(30):
        await raw.stream.send(b"x" * 400)
    await raw.stream.send(b"\n")
    assert (await raw.ask(CALL))["result"] == "next"


async def test_longest(world: World) -> None:
    """One of just as many bytes as may be is accepted."""
    raw = world.raw(world.server(max_message=1000))
    line = b'{"jsonrpc":"2.0","method":"subtract","params":[3,2],"id":1}'
    await raw.send(line.ljust(1000))
    assert (await raw.receive())["result"] == 1
    await raw.send(line.ljust(1001))
    assert (await raw.receive())["error"]["message"] == "Message too long"


@FEW_LOOPS
@pytest.mark.parametrize("size", [1, 7, 1000])
async def test_pieces(raw: Raw, size: int) -> None:
    """Messages arrive in pieces of any size."""
    lines = b"".join(
        b'{"jsonrpc":"2.0","method":"echo","params":["%d"],"id":%d}\n' % (n, n)
        for n in range(3)
    )
    for start in range(0, len(lines), size):
        await raw.stream.send(lines[start : start + size])
    answers = [await raw.receive() for _ in range(3)]
    assert sorted(each["result"] for each in answers) == ["0", "1", "2"]


async def test_invalid_answers_are_not_answered(raw: Raw) -> None:
    """What looks like an answer is never answered, so that two sides cannot go on."""
    await raw.send(
        {"result": 1, "id": 1},
        {"error": "x", "id": None},
        {"jsonrpc": "2.0", "result": 1, "id": {}},
        [{"jsonrpc": "2.0", "error": {"code": 1, "message": "x"}, "id": None}],
    )
    assert (await raw.ask(CALL))["result"] == "next"
