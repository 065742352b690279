"""JSON-RPC 2.0 on any stream of bytes and any event loop, in both directions."""

from jsonrpc_peer._batch import Batch
from jsonrpc_peer._endpoint import Endpoint
from jsonrpc_peer._errors import (
    Code,
    InvalidAnswer,
    MessageTooLong,
    PeerGone,
    RpcError,
)
from jsonrpc_peer._methods import Methods
from jsonrpc_peer._peer import Peer
from jsonrpc_peer._settings import Settings
from jsonrpc_peer._stream import ByteStream


__all__ = [
    "Batch",
    "ByteStream",
    "Code",
    "Endpoint",
    "InvalidAnswer",
    "MessageTooLong",
    "Methods",
    "Peer",
    "PeerGone",
    "RpcError",
    "Settings",
]
