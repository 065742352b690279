"""The part of the WebSocket protocol that a client of a benchmark needs (RFC 6455).

It is written for little CPU time, as the client runs beside the server: frames have at
most 125 bytes, are not fragmented, and the client masks them with zeros.
"""

from __future__ import annotations

from collections.abc import Iterator


TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
MAX_PAYLOAD = 125
"""The length in bytes up to which a frame has a header of two bytes."""
FINAL = 0x80
MASKED = 0x80
MASK = bytes(4)
"""XOR with it changes nothing."""


def handshake(port: int) -> bytes:
    """Return the request that opens a connection to *port* of 127.0.0.1."""
    lines = (
        "GET / HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        # A server has to accept any 16 bytes.
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
        "Sec-WebSocket-Version: 13",
    )
    return "\r\n".join([*lines, "", ""]).encode()


def after_handshake(data: bytes) -> bytes | None:
    """Return what follows the server's answer, or None if *data* has not all of it.

    Raises `ConnectionError` if the server does not accept the connection.
    """
    head, end, rest = data.partition(b"\r\n\r\n")
    if not end:
        return None
    status = head.partition(b"\r\n")[0]
    if b" 101 " not in status:
        raise ConnectionError(f"the server answers {status.decode()!r}")
    return rest


def frame(opcode: int, payload: bytes) -> bytes:
    """Return a frame of a client."""
    if len(payload) > MAX_PAYLOAD:
        raise ValueError(f"send at most {MAX_PAYLOAD} bytes, not {len(payload)}")
    return bytes((FINAL | opcode, MASKED | len(payload))) + MASK + payload


def frames(data: bytes) -> Iterator[tuple[int, bytes, int]]:
    """Yield opcode, payload and end in *data* of each whole frame of a server.

    Raises `ValueError` if a frame is longer than 125 bytes, fragmented or masked.
    """
    start = 0
    while len(data) - start >= 2:
        first, length = data[start], data[start + 1]
        if not first & FINAL or length > MAX_PAYLOAD:
            raise ValueError(f"cannot read the frame {data[start : start + 10]!r}")
        end = start + 2 + length
        if end > len(data):
            return
        yield first & 0x0F, data[start + 2 : end], end
        start = end
