"""Requests of the peer: from the reader, by a bounded queue, to the methods.

A request waits in the queue, then it is handled. It holds a permit from when its method
is called until its answer is in the outbox: so if the peer does not read its answers,
the outbox is full, then all permits are taken, then the queue is full, and then the
reader stops.

A request that is handled has two tasks. That of the method is what the peer cancels,
and belongs to a `Background`. The other waits for it, and answers in any case; it is in
a `TaskGroup`, so `run` ends when all are answered.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jsonrpc_peer._errors import Code, RpcError
from jsonrpc_peer._messages import (
    Invalid,
    Notification,
    Request,
    encode,
    failure,
    success,
)
from txaio_interfaces import IFailedFuture
from txaio_primitives import Background, Queue, Semaphore, TaskGroup


if TYPE_CHECKING:
    from jsonrpc_peer._common import Common
    from jsonrpc_peer._messages import Id
    from jsonrpc_peer._replies import Reply
    from txaio_interfaces import IFuture


@dataclass(eq=False, slots=True)
class Job:
    """A message that is to be handled, and answered by *reply* unless it has none."""

    message: Request | Notification | Invalid
    reply: Reply
    call: IFuture[Any] | None = None
    """That of the method, once it was called."""
    is_cancelled: bool = False


class Handlers:
    """Handles the requests of one peer, at most ``max_handlers`` of them at a time."""

    def __init__(self, common: Common, peer: object) -> None:
        self._txa = common.txa
        self._log = common.log
        self._methods = common.methods
        self._peer = peer
        self._waiting = Queue[Job](common.txa, common.settings.max_incoming)
        self._permits = Semaphore(common.txa, common.settings.max_handlers)
        self._running = Background(common.txa, on_error=self._report)
        self._jobs: dict[Id, Job] = {}
        """The requests that are not answered yet."""

    async def put(self, job: Job) -> None:
        """Have *job* handled; wait as long as too many others are.

        Raises `QueueClosed` after `close`.
        """
        if isinstance(job.message, Request):
            self._jobs[job.message.id] = job
        await self._waiting.put(job)

    def are_full(self) -> bool:
        """Return whether `put` would wait."""
        return self._waiting.full()

    def cancel(self, id_: Id) -> None:
        """Cancel the request with *id_*, if it is not answered yet."""
        job = self._jobs.get(id_)
        if job is not None:
            job.is_cancelled = True
            if job.call is not None:
                self._txa.cancel(job.call)

    def close(self) -> None:
        """Refuse other requests; `run` ends once those that there are are answered."""
        self._waiting.close()

    async def run(self) -> None:
        """Handle what is put, until `close`."""
        try:
            async with TaskGroup(self._txa) as tasks:
                async for job in self._waiting:
                    await self._permits.acquire()
                    # Tasks may begin in another order than this one, methods may not.
                    tasks.start_soon(self._answer, job, self._call(job))
        finally:
            await self._txa.uncancelled(self._running.close)

    def _call(self, job: Job) -> IFuture[Any] | RpcError:
        """Call the method; return its future, or why it was not called."""
        message = job.message
        if isinstance(message, Invalid):
            return message.error
        if job.is_cancelled:
            return _cancelled()
        try:
            fn = self._methods.bind(message.method, message.params, self._peer)
            job.call = self._running.start_soon(fn)
        except RpcError as error:
            return error
        except TypeError as error:
            self._report(error)  # It has returned an async generator.
            return _internal_error()
        return job.call

    async def _answer(self, job: Job, call: IFuture[Any] | RpcError) -> None:
        """Wait for the method, and answer."""
        message = job.message
        try:
            if isinstance(message, Notification):
                await self._notified(message, call)
            else:
                answer = await self._composed(message, call)
                self._forget(job, message.id)
                await job.reply.send(message.id, answer)
        finally:
            self._permits.release()

    async def _notified(
        self, message: Notification, call: IFuture[Any] | RpcError
    ) -> None:
        try:
            await self._result(call)
        except RpcError as error:
            self._log.warn(
                "notification {method!r} failed: {error}",
                method=message.method,
                error=error,
            )

    async def _composed(
        self, message: Request | Invalid, call: IFuture[Any] | RpcError
    ) -> bytes:
        """Return the answer to *message*: a result, or the error in its place."""
        try:
            return encode(success(await self._result(call), message.id))
        except RpcError as error:
            return self._encoded(error, message.id)
        except (TypeError, ValueError) as error:
            self._txa.report(error, f"JSON has no such result as that of {message!r}")
            return self._encoded(_internal_error(), message.id)

    def _encoded(self, error: RpcError, id_: Id) -> bytes:
        try:
            return encode(failure(error, id_))
        except (TypeError, ValueError) as why:
            self._txa.report(why, f"JSON has no such data as that of {error!r}")
            return encode(failure(RpcError(error.code, error.message), id_))

    async def _result(self, call: IFuture[Any] | RpcError) -> Any:
        """Wait for the method, and return its result.

        Raises `RpcError`, whatever has gone wrong.
        """
        if isinstance(call, RpcError):
            raise call
        # To await the future itself would not tell what was cancelled: it, or this.
        [outcome] = await self._txa.gather([call])
        if not isinstance(outcome, IFailedFuture):
            return outcome
        if isinstance(outcome.value, RpcError):
            raise outcome.value
        if isinstance(outcome.value, self._txa.CancelledError):
            raise _cancelled()
        raise _internal_error()  # It was reported.

    def _report(self, error: BaseException) -> None:
        if not isinstance(error, RpcError):
            self._txa.report(error, "a method has failed")

    def _forget(self, job: Job, id_: Id) -> None:
        # A peer may have used an id twice: both are answered.
        if self._jobs.get(id_) is job:
            del self._jobs[id_]


def _cancelled() -> RpcError:
    return RpcError(Code.CANCELLED, "Request cancelled")


def _internal_error() -> RpcError:
    return RpcError(Code.INTERNAL_ERROR, "Internal error")
