"""Which caller may do what how often: the ``limits`` library over Redis, or over memory on one machine."""

import time
from dataclasses import dataclass
from functools import cache, lru_cache

import structlog
from django.conf import settings
from limits import RateLimitItem, parse
from limits.storage import storage_from_string
from limits.strategies import SlidingWindowCounterRateLimiter

log = structlog.get_logger(__name__)


@cache
def _limiter() -> SlidingWindowCounterRateLimiter:
    return SlidingWindowCounterRateLimiter(storage_from_string(settings.RATE_LIMIT_STORAGE))


@lru_cache(maxsize=256)
def _limit(rate: str) -> RateLimitItem:
    return parse(rate)


@dataclass
class _Ahead:
    """Calls that this process may still give out until a moment, of ``size`` that it took."""

    size: int = 0
    left: int = 0
    until: float = 0.0


_ahead: dict[tuple[str, ...], _Ahead] = {}
_AHEAD_SECONDS = 1.0
_AHEAD_CALLERS = 10_000


def allowed_often(per_minute: int, *who: str) -> bool:
    """Like ``allowed``, for callers who may come a hundred times a second.

    Of a caller who comes often a process takes several calls at a time, twice as many each time up to a thousandth of a
    minute's, and gives them out for a second, so that not each of them asks Redis. What it does not give out is lost.
    """
    if len(_ahead) > _AHEAD_CALLERS:
        _ahead.clear()
    mine = _ahead.setdefault(who, _Ahead())
    now = time.monotonic()
    if mine.left == 0 or mine.until < now:
        is_quick = mine.left == 0 and mine.until >= now
        size = max(min(2 * mine.size, per_minute // 1000), 1) if is_quick else 1
        if not _hit(f"{per_minute}/minute", who, size):
            return size > 1 and _hit(f"{per_minute}/minute", who, 1)
        mine.size, mine.left, mine.until = size, size, now + _AHEAD_SECONDS
    mine.left -= 1
    return True


def allowed(rate: str, *who: str) -> bool:
    """Count one call of ``who`` and say whether it is within ``rate``, such as ``"30/minute"``.

    With Redis away every call is allowed: the sign-in limits of allauth are the ones that close.
    """
    return _hit(rate, who, 1)


@lru_cache(maxsize=1000)
def _parsed(rate: str) -> RateLimitItem:
    return parse(rate)


def _hit(rate: str, who: tuple[str, ...], cost: int) -> bool:
    try:
        return _limiter().hit(_parsed(rate), *who, cost=cost)
    except Exception as error:  # noqa: BLE001  each storage raises its own kind
        log.warning("rate limit storage away", error=type(error).__name__)
        return True
