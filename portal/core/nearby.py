"""What one process keeps in its own memory of what all share, until another process says that it is over.

Redis tells it: whoever ends something publishes its key, and every process looks whether anything was said before it believes
its own memory. That costs a glance at a socket, where asking the cache costs two messages.
"""

import os
import socket
import time
from collections.abc import Callable
from functools import lru_cache
from threading import Lock
from typing import Any, Generic, TypeVar

import structlog
from django.conf import settings
from django.core.cache import cache
from redis import Redis
from redis.backoff import NoBackoff
from redis.client import PubSub
from redis.exceptions import RedisError
from redis.retry import Retry

Kept = TypeVar("Kept")

CHANNEL = "alara.over"
# How long a process that cannot hear goes without before it tries to again.
_DEAF_SECONDS = 5
_WAIT_SECONDS = 1
_MOST = 10_000
# A line on which nothing is said would else be dropped by a firewall, and missed after two hours; where it can be told so.
_KEEPALIVE = {
    getattr(socket, name): seconds
    for name, seconds in {"TCP_KEEPIDLE": 10, "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 2}.items()
    if hasattr(socket, name)
}
_ALL = ""

log = structlog.get_logger(__name__)


class Ear:
    """Hears for a whole process what others end; ``lock`` is held by whoever asks it or looks into a memory of it."""

    def __init__(self, redis_url: str) -> None:
        """
        Args:
            redis_url: where it is said; empty: there is nobody to hear.
        """
        self.redis_url = redis_url
        self.lock = Lock()
        self.said = 0  # grows with whatever may have ended a value
        self.hears = False
        self.memories: dict[str, dict[str, Any]] = {}
        self._line: PubSub | None = None
        self._calling = Lock()
        self._deaf_until = 0.0

    def start_anew(self) -> None:
        """In a child that was forked: the line is the parent's, and so is whoever held a lock."""
        self.forget_all()
        self.lock, self._calling, self._line, self.hears = Lock(), Lock(), None, False

    def call(self) -> None:
        """Subscribe where this is not done; only one thread waits for it, and ``lock`` is not held meanwhile."""
        if self._line is not None or not self.redis_url or time.monotonic() < self._deaf_until:
            return
        if not self._calling.acquire(blocking=False):
            return
        try:
            line = PubSub(self._redis().connection_pool)
            line.subscribe(CHANNEL)  # type: ignore[no-untyped-call]  # the library leaves it out
            self._line = line
        except (RedisError, OSError) as error:
            self._lost(error)
        finally:
            self._calling.release()

    def listen(self) -> None:
        """Forget what others said is over, without waiting for anything."""
        if self._line is None:
            return
        try:
            while (message := self._line.get_message()) is not None:
                self.said += 1
                if message["type"] == "subscribe":
                    self.forget_all()
                    self.hears = True
                else:
                    self._heard(message["data"])
        except (RedisError, OSError) as error:
            self.hears = False
            self.said += 1
            self.forget_all()
            self._line = None
            self._lost(error)

    def _heard(self, text: Any) -> None:
        """Anybody on that Redis may say anything."""
        try:
            name, key = text.decode().split(" ", 1)
        except (AttributeError, ValueError):
            self.forget_all()
        else:
            self.forget(name, key)

    def _lost(self, error: Exception) -> None:
        log.warning("does not hear what others end", error=type(error).__name__)
        self._deaf_until = time.monotonic() + _DEAF_SECONDS

    def forget(self, name: str, key: str) -> None:
        memory = self.memories.get(name, {})
        if key == _ALL:
            memory.clear()
        else:
            memory.pop(key, None)

    def forget_all(self) -> None:
        for memory in self.memories.values():
            memory.clear()

    def tell(self, name: str, key: str) -> None:
        """Say that it is over; with Redis away, each process believes it until its time is over."""
        with self.lock:
            self.said += 1
            self.forget(name, key)
        if not self.redis_url:
            return
        try:
            with self._redis() as redis:
                redis.publish(CHANNEL, f"{name} {key}")
        except RedisError as error:
            log.warning("nobody was told", error=type(error).__name__)

    def _redis(self) -> Redis:
        # Without tries of its own: it would subscribe again by itself, and nobody knew that something may have been missed.
        return Redis.from_url(
            self.redis_url,
            socket_connect_timeout=_WAIT_SECONDS,
            socket_timeout=_WAIT_SECONDS,
            socket_keepalive=True,
            socket_keepalive_options=_KEEPALIVE,
            retry=Retry(NoBackoff(), 0),
        )


@lru_cache(maxsize=1)
def ear() -> Ear:
    """That of this process, on the Redis of the cache."""
    return Ear(settings.CACHE_URL)


os.register_at_fork(after_in_child=lambda: ear().start_anew())


class Nearby(Generic[Kept]):
    """Values by key, in the memory of this process, for some seconds and only while it hears what others say of them."""

    def __init__(self, name: str, *, seconds: float, heard_by: Ear | None = None) -> None:
        """
        Args:
            name: what all processes call it; without a space.
            seconds: how long a value is believed, for what nobody could say.
            heard_by: by default the one of this process.
        """
        self.name = name
        self.seconds = seconds
        self.ear = heard_by or ear()
        self._kept: dict[str, tuple[Kept, float]] = self.ear.memories.setdefault(name, {})

    def get(self, key: str) -> tuple[Kept | None, int]:
        """The value, if it is kept; and the moment of asking, for ``keep``."""
        self.ear.call()
        with self.ear.lock:
            self.ear.listen()
            value, until = self._kept.get(key, (None, 0.0))
            return value if until > time.monotonic() else None, self.ear.said

    def keep(self, key: str, value: Kept, *, since: int) -> None:
        """Keep what was looked up after ``get``, unless anything was said since: it may have been this key."""
        with self.ear.lock:
            self.ear.listen()
            if self.ear.hears and self.ear.said == since:
                if len(self._kept) >= _MOST:
                    self._kept.clear()
                self._kept[key] = value, time.monotonic() + self.seconds

    def asked(self, key: str, ask: Callable[[], Kept], *, shared_seconds: float) -> Kept:
        """The value from here, else from the shared cache, else by ``ask``: then it is shared for so many seconds."""
        near, since = self.get(key)
        if near is not None:
            return near
        shared: Kept | None = cache.get(key)
        if shared is not None:
            self.keep(key, shared, since=since)
            return shared
        value = ask()
        cache.set(key, value, shared_seconds)
        return value

    def end(self, key: str) -> None:
        """Let all processes forget the value of ``key``."""
        self.ear.tell(self.name, key)

    def end_all(self) -> None:
        """Let all processes forget everything."""
        self.ear.tell(self.name, _ALL)
