"""Everything at once, in random order: nothing is lost, and nothing is left."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from streams import until

from jsonrpc_peer import Code, Peer, PeerGone, RpcError


if TYPE_CHECKING:
    from conftest import Server, World
    from txaio_interfaces import IBackend, IFuture

SETTINGS: dict[str, Any] = {
    "max_outgoing": 3,
    "max_incoming": 8,
    "max_handlers": 4,
    "max_calls": 10,
}


class Callers:
    """Callers that call, notify, send batches, give up, and are cancelled."""

    def __init__(self, txa: IBackend, peer: Peer, random: Random) -> None:
        self._txa = txa
        self._peer = peer
        self._random = random
        self.right = 0
        self.notes: list[str] = []
        self.given_up = 0
        self.gone = 0

    async def act(self, name: str) -> None:
        """Do something at random, with answers that have *name* in them."""
        acts = [self._call, self._call, self._batch, self._notify, self._sleep]
        await self._txa.sleep(self._random.random() / 100)
        try:
            await self._random.choice(acts)(name)
        except TimeoutError:
            self.given_up += 1
        except PeerGone:
            self.gone += 1
        except RpcError as error:
            if error.code != Code.CLOSING:
                raise
            self.gone += 1

    async def _call(self, name: str) -> None:
        assert await self._peer.call("echo", [name]) == name
        self.right += 1

    async def _batch(self, name: str) -> None:
        batch = self._peer.batch()
        for number in range(5):
            batch.call("echo", [[name, number]])
        for number, answer in enumerate(await batch.send()):
            if isinstance(answer, RpcError):
                raise answer
            assert answer == [name, number]
        self.right += 1

    async def _notify(self, name: str) -> None:
        await self._peer.notify("note", [name])
        self.notes.append(name)

    async def _sleep(self, _name: str) -> None:
        seconds = self._random.random() / 100
        await self._peer.call("sleep", [seconds], within=self._random.random() / 100)
        self.right += 1


async def run(txa: IBackend, callers: Callers, random: Random) -> list[IFuture[None]]:
    """Start many callers and cancel some of them; return those that are left."""
    futures = [txa.as_future(callers.act, f"caller {n}") for n in range(150)]
    await txa.sleep(0.005)
    cancelled = set(random.sample(range(150), 30))
    for number in cancelled:
        txa.cancel(futures[number])
    await txa.gather([futures[number] for number in cancelled])
    return [future for n, future in enumerate(futures) if n not in cancelled]


@pytest.mark.parametrize("seed", range(2))
async def test_nothing_is_lost(txaio: IBackend, world: World, seed: int) -> None:
    """Each caller has its outcome, and at the end all limits are as at first."""
    random = Random(seed)  # noqa: S311 - not for cryptography
    server = world.server(**SETTINGS)
    peer = world.client(server, **SETTINGS)
    callers = Callers(txaio, peer, random)
    left = await run(txaio, callers, random)
    await txaio.gather(left, consume_exceptions=False)
    assert callers.right + callers.given_up + len(callers.notes) >= len(left)
    assert callers.gone == 0
    await until(txaio, lambda: is_at_rest(server, peer))
    assert set(server.notes) >= set(callers.notes)
    assert len(set(server.notes)) == len(server.notes)


@pytest.mark.parametrize("seed", range(2))
async def test_end_in_the_middle(txaio: IBackend, world: World, seed: int) -> None:
    """If the connection ends meanwhile, so do all callers."""
    random = Random(seed)  # noqa: S311 - not for cryptography
    server = world.server(**SETTINGS)
    peer = world.client(server, **SETTINGS)
    callers = Callers(txaio, peer, random)
    left = await run(txaio, callers, random)
    ending = server.endpoint if seed else peer
    await ending.close(random.random() / 100)
    await txaio.timeout(txaio.gather(left, consume_exceptions=False), 5)
    await until(txaio, lambda: not server.endpoint.peers)
    assert peer._slots.value == SETTINGS["max_calls"]
    assert server.running == 0


def is_at_rest(server: Server, peer: Peer) -> bool:
    """Return whether nothing runs, and nothing waits, on either side."""
    [served] = server.endpoint.peers
    both = [peer, served]
    return all(
        each._slots.value == SETTINGS["max_calls"]
        and each._connection.outbox.is_empty()
        and not each._connection.calls._waiting
        and not each._connection._handlers._jobs
        and not len(each._connection._handlers._running)
        and each._connection._handlers._permits.value == SETTINGS["max_handlers"]
        for each in both
    )
