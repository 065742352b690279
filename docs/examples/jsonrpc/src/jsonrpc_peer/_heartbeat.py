"""The heart-beat, which finds out whether the peer is still there."""

from __future__ import annotations

from math import isinf
from typing import TYPE_CHECKING

from jsonrpc_peer._errors import PeerGone
from txaio_primitives import Event, Periodic


if TYPE_CHECKING:
    from collections.abc import Callable

    from jsonrpc_peer._common import Common


class Heartbeat:
    """Calls *ping* if the peer was silent for *seconds*, and ends if it stays silent.

    Beats come every *seconds* seconds. Whatever the peer sends between two of them
    counts, so that no ping is sent as long as there is other traffic. Beats are
    counted, and not seconds: if this program was suspended, the peer is pinged first.
    They are not counted as long as there is a reason for silence, which *is_excused*
    tells.
    """

    def __init__(
        self,
        common: Common,
        ping: Callable[[], object],
        is_excused: Callable[[], bool],
    ) -> None:
        self._txa = common.txa
        self._timer = common.timer
        self._seconds = common.settings.heartbeat
        self._ping = ping
        self._is_excused = is_excused
        self._silent_beats = 0
        self._lost = Event(common.txa)

    def heard(self) -> None:
        """Note that the peer has sent something."""
        self._silent_beats = 0

    async def run(self) -> None:
        """Wait until the peer is lost, if it ever is.

        Raises `PeerGone` then.
        """
        if isinf(self._seconds):
            return
        beats = Periodic(self._txa, self._seconds, self._beat, timer=self._timer)
        try:
            await self._lost.wait()
        finally:
            beats.stop()
        raise PeerGone(f"the peer has not answered a ping for {self._seconds} seconds")

    def _beat(self) -> None:
        if self._is_excused():
            self._silent_beats = 0
            return
        # The first beat after the last bytes sees that there were some.
        self._silent_beats += 1
        if self._silent_beats == 2:  # noqa: PLR2004 - a whole period was silent
            self._ping()
        elif self._silent_beats > 2:  # noqa: PLR2004 - and so was that after the ping
            self._lost.set()
