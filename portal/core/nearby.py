"""What one process keeps in its own memory of what all share, until another process says that it is over.

Redis tells it: whoever ends something publishes its key, and every process looks whether anything was said before it believes
its own memory. That costs a glance at a socket, where asking the cache costs two messages.
"""

import time
from threading import Lock
from typing import Generic, TypeVar

import structlog
from redis import Redis
from redis.backoff import NoBackoff
from redis.client import PubSub
from redis.exceptions import RedisError
from redis.retry import Retry

Kept = TypeVar("Kept")

# How long a process that cannot hear goes without before it tries to again.
_DEAF_SECONDS = 5
_WAIT_SECONDS = 1
_MOST = 10_000

log = structlog.get_logger(__name__)


class Nearby(Generic[Kept]):
    """Values by key, in the memory of this process, for some seconds and only while it hears what others say of them."""

    def __init__(self, redis_url: str, channel: str, *, seconds: float) -> None:
        """
        Args:
            redis_url: where it is said; empty: there is nobody to hear, and nothing is kept.
            channel: what others call it.
            seconds: how long a value is believed, for what nobody could say.
        """
        self.redis_url = redis_url
        self.channel = channel
        self.seconds = seconds
        self._lock = Lock()
        self._kept: dict[str, tuple[Kept, float]] = {}
        self._ear: PubSub | None = None
        self._hears = False
        self._said = 0  # grows with whatever may have ended a value
        self._deaf_until = 0.0

    def get(self, key: str) -> tuple[Kept | None, int]:
        """The value, if it is kept; and the moment of asking, for ``keep``."""
        if not self.redis_url:
            return None, 0
        with self._lock:
            self._listen()
            value, until = self._kept.get(key, (None, 0.0))
            return value if until > time.monotonic() else None, self._said

    def keep(self, key: str, value: Kept, *, since: int) -> None:
        """Keep what was looked up after ``get``, unless anything was said since: it may have been this key."""
        if not self.redis_url:
            return
        with self._lock:
            self._listen()
            if self._hears and self._said == since:
                if len(self._kept) >= _MOST:
                    self._kept.clear()
                self._kept[key] = value, time.monotonic() + self.seconds

    def end(self, key: str) -> None:
        """Let all processes forget the value of ``key``; with Redis away, each believes it until its time is over."""
        if not self.redis_url:
            return
        with self._lock:
            self._kept.pop(key, None)
            self._said += 1
        try:
            with self._redis() as redis:
                redis.publish(self.channel, key)
        except RedisError as error:
            log.warning("nobody was told", error=type(error).__name__)

    def clear(self) -> None:
        """Forget all, here alone."""
        with self._lock:
            self._kept.clear()

    def _redis(self) -> Redis:
        # Without tries of its own: it would subscribe again by itself, and nobody knew that something may have been missed.
        return Redis.from_url(
            self.redis_url,
            socket_connect_timeout=_WAIT_SECONDS,
            socket_timeout=_WAIT_SECONDS,
            socket_keepalive=True,
            retry=Retry(NoBackoff(), 0),
        )

    def _listen(self) -> None:
        """Forget what others said is over, without waiting for anything."""
        if self._ear is None and time.monotonic() < self._deaf_until:
            return
        try:
            if self._ear is None:
                self._ear = PubSub(self._redis().connection_pool)
                self._ear.subscribe(self.channel)  # type: ignore[no-untyped-call]  # the library leaves it out
            while (message := self._ear.get_message()) is not None:
                self._said += 1
                if message["type"] == "subscribe":
                    self._hears = True
                else:
                    self._kept.pop(message["data"].decode(), None)
        except (RedisError, OSError) as error:
            log.warning("does not hear what others end", error=type(error).__name__)
            self._hears = False
            self._said += 1
            self._kept.clear()
            self._ear, self._deaf_until = None, time.monotonic() + _DEAF_SECONDS
