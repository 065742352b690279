"""What all candidates on our backends have alike."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any


if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


class OnOurBackend(ABC):
    """A candidate on the backend with which *run*, with *options*, calls its main."""

    def __init__(self, run: Callable[..., None], **options: Any) -> None:
        self._run = run
        self._options = options

    @abstractmethod
    def use(self, backend: Any) -> None:
        """Bind what the workloads call to *backend*, before they are measured."""

    def run(self, main: Callable[[Any], Awaitable[None]]) -> None:
        """Run *main* with this."""

        async def entry(backend: Any) -> None:
            self.use(backend)
            await main(self)

        self._run(entry, **self._options)
