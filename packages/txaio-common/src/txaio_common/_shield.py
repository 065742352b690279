"""`shield`: futures that follow another, and can let go of it.

A future that many wait for, and give up waiting for, may be pending for as long as the
program runs.  A listener for each of them could not be taken off it.  So all that
follow one future share a listener, and a set, which those leave that are cancelled.
"""

from __future__ import annotations

from contextvars import Context
from functools import partial
from typing import Any
from weakref import WeakKeyDictionary, ref

from txaio_common._driver import Driver
from txaio_common._futures import copy_outcome
from txaio_interfaces import IFuture


class Followers(dict[IFuture[Any], None]):
    """Futures in the order in which they have begun to follow another."""

    __slots__ = ("__weakref__",)


def shield(driver: Driver, source: IFuture[Any]) -> IFuture[Any]:
    """Return a future that follows *source*, which is not cancelled with it."""
    future = driver.create_future()
    if driver.is_settled(source):
        driver.listen(source, partial(_settle, driver, Followers({future: None})))
        return future
    followers = _followers(driver, source)
    followers[future] = None
    # A strong reference would be in a cycle until one of them is settled.
    driver.set_canceller(future, partial(_leave, ref(followers)))
    return future


def _followers(driver: Driver, source: IFuture[Any]) -> Followers:
    """Return those that follow *source*, which is pending."""
    if driver.followers is None:
        driver.followers = WeakKeyDictionary()
    followers = driver.followers.get(source)
    if followers is None:
        driver.followers[source] = followers = Followers()
        # It stays as long as the future: it must not keep the context of this call.
        listener = partial(_settle, driver, followers)
        Context().run(driver.listen, source, listener)
    return followers


def _settle(driver: Driver, followers: Followers, source: IFuture[Any]) -> None:
    while followers:
        future = next(iter(followers))
        del followers[future]
        if not driver.is_settled(future):
            copy_outcome(driver, source, future)


def _leave(weak: ref[Followers], future: IFuture[Any]) -> None:
    followers = weak()
    if followers is not None:
        followers.pop(future, None)
