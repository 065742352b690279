"""A program that uses the functions of the module txaio: type checkers accept it."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_type

import txaio


if TYPE_CHECKING:
    from collections.abc import Awaitable


txaio.use_asyncio()
f = txaio.create_future()
f.add_done_callback(print)  # Only futures of asyncio have this.
log = txaio.make_logger("info")


class Client:
    """Has a logger of its own, as clients do."""

    log = txaio.make_logger()

    def on_failure(self, failure: txaio.IFailedFuture) -> None:
        """Log the failure."""
        self.log.error("{text}", text=txaio.failure_message(failure))
        self.log.debug(txaio.failure_format_traceback(failure))
        assert_type(self.log.warning("{text}", text="no"), None)
        assert_type(self.log.error("no", exc_info=failure.value), None)


async def double(number: int) -> int:
    """Be a coroutine function."""
    await txaio.sleep(0.1)
    return 2 * number


def either() -> Awaitable[int] | int:
    """Return a value, or what gives one."""
    return double(2)


async def main(client: Client) -> None:
    """Use futures, timers and loops."""
    doubled = txaio.as_future(double, 2)
    assert_type(await doubled, int)
    txaio.add_callbacks(doubled, print, client.on_failure)
    txaio.resolve(f, await txaio.gather([doubled], consume_exceptions=False))
    txaio.reject(txaio.create_future(), ValueError())
    txaio.cancel(txaio.create_future_success("text"))
    txaio.call_later(1, print, "made").cancel()
    timer: txaio.IBatchedTimer = txaio.make_batched_timer(0.2, chunk_size=1000)
    timer.call_later(1, print).cancel()
    txaio.config.loop = None
    assert_type(await txaio.as_future(either), int)
    value: object = f
    if txaio.is_future(value):
        value.add_done_callback(print)
    assert_type(txaio.using_twisted, bool)
    assert_type(txaio.__version__, str)
    txaio.with_config(loop=None).create_future()


txaio.set_global_log_level("debug")
txaio.start_logging(level=txaio.get_global_log_level(), format="color")
