"""Members of a gather, whose failures stay in their chains."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import ref

from twisted.internet.defer import DebugInfo
from twisted.python.failure import Failure

from txaio_twisted._native import take_over


if TYPE_CHECKING:
    from twisted.internet.defer import Deferred

    from txaio_twisted import TwistedFuture


class Told(DebugInfo):
    """Reports what a Deferred failed with at last, unless the gather was told of it."""

    def __init__(self, failure: Failure, before: DebugInfo | None) -> None:
        """Keep quiet about *failure*, in the place of the one *before*."""
        if before is not None:
            vars(self).update(vars(before))
            before.failResult = None
        self._told = failure

    def __del__(self) -> None:
        """Report as ever, or not at all."""
        if self.failResult is not self._told:
            super().__del__()


def follow(member: Deferred[Any], follower: TwistedFuture) -> None:
    """Settle *follower* with what the chain of *member* has made, and leave that be."""
    follower._source = ref(member)
    # A member that nobody keeps is not to wait for the cyclic collector.
    member.addBoth(_pass_on, ref(member), follower)


def _pass_on(result: Any, weakly: ref[Any], follower: TwistedFuture) -> Any:
    if isinstance(result, Failure):
        member: Any = weakly()
        # Twisted tells it of each failure in which the chain ends.
        before: DebugInfo | None = getattr(member, "_debugInfo", None)
        member._debugInfo = Told(result, before)
    take_over(result, follower)
    return result
