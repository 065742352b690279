"""What the connections of an application have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jsonrpc_peer._common import Common
from jsonrpc_peer._connection import Connection
from jsonrpc_peer._methods import Methods
from jsonrpc_peer._settings import Settings
from txaio_primitives import Background, TaskGroup


if TYPE_CHECKING:
    from jsonrpc_peer._peer import Peer
    from jsonrpc_peer._stream import ByteStream
    from txaio_interfaces import IBackend


class Endpoint:
    """What an application has once: the methods that peers may call, and settings.

    Which side has connected to which makes no difference: both may call the other.
    """

    def __init__(
        self,
        txa: IBackend,
        methods: Methods | None = None,
        settings: Settings | None = None,
    ) -> None:
        self._txa = txa
        methods, settings = methods or Methods(), settings or Settings()
        timer = txa.make_batched_timer(min(1.0, settings.heartbeat / 10))
        self._common = Common(txa, txa.make_logger(), timer, methods, settings)
        self._tasks = Background(txa)
        self._peers: set[Peer] = set()
        self._is_closed = False

    @property
    def peers(self) -> frozenset[Peer]:
        """The peers whose connections have not ended."""
        return frozenset(self._peers)

    def connect(self, stream: ByteStream) -> Peer:
        """Return the peer at the other end of *stream*, which is closed with it.

        Raises `RuntimeError` after `close`.
        """
        if self._is_closed:
            raise RuntimeError(
                "this endpoint is closed: connect before close(), or with another one"
            )
        connection = Connection(self._common, stream)
        self._peers.add(connection.peer)
        self._tasks.start_soon(self._run, connection)
        return connection.peer

    async def serve(self, stream: ByteStream) -> str:
        """Serve the peer at the other end of *stream*; return why that has ended.

        Raises what `connect` raises.
        """
        async with self.connect(stream) as peer:
            return await peer.ended()

    async def close(self, within: float | None = None) -> None:
        """Close all connections, as `Peer.close` does, and accept no others."""
        self._is_closed = True
        async with TaskGroup(self._txa) as tasks:
            for peer in self.peers:
                tasks.start_soon(peer.close, within)
        await self._tasks.close()

    async def _run(self, connection: Connection) -> None:
        try:
            await connection.run()
        finally:
            self._peers.discard(connection.peer)
