"""The cache when Redis is the engine: a cache that is away is a cache that is empty."""

from typing import Any

import structlog
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis import ConnectionPool, Redis
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)


class KeptRedisClient(RedisCacheClient):
    """Keeps its client, which Django makes anew for every call: that takes longer than the call."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._kept: dict[ConnectionPool, Redis] = {}

    def get_client(self, key: Any = None, *, write: bool = False) -> Redis:
        pool = self._get_connection_pool(write)  # type: ignore[attr-defined]  # the stubs leave it out
        if pool not in self._kept:
            self._kept[pool] = super().get_client(key, write=write)
        return self._kept[pool]


class ForgivingRedisCache(RedisCache):
    """Redis, except that pages keep working while it is away: reads miss, writes are dropped, both are logged.

    ``add`` then says that somebody was quicker: no lock is given and no one-time code is taken, so that the limits of
    signing in, which allauth counts here under a lock, close instead of open.
    """

    def __init__(self, server: str | list[str], params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = KeptRedisClient

    def _or(self, away: Any, method: str, *args: Any, **kwargs: Any) -> Any:
        try:
            return getattr(super(), method)(*args, **kwargs)
        except RedisError as error:
            log.warning("cache away", error=type(error).__name__)
            return away

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        return self._or(default, "get", key, default, version)

    def set(self, *args: Any, **kwargs: Any) -> Any:
        return self._or(None, "set", *args, **kwargs)

    def add(self, *args: Any, **kwargs: Any) -> Any:
        return self._or(False, "add", *args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        return self._or(False, "delete", *args, **kwargs)

    def has_key(self, *args: Any, **kwargs: Any) -> Any:
        return self._or(False, "has_key", *args, **kwargs)

    def delete_many(self, *args: Any, **kwargs: Any) -> Any:
        return self._or(None, "delete_many", *args, **kwargs)

    def get_many(self, *args: Any, **kwargs: Any) -> Any:
        return self._or({}, "get_many", *args, **kwargs)

    def set_many(self, *args: Any, **kwargs: Any) -> Any:
        return self._or([], "set_many", *args, **kwargs)

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        return int(self._or(delta, "incr", key, delta, version))

    def touch(self, *args: Any, **kwargs: Any) -> Any:
        return self._or(False, "touch", *args, **kwargs)
