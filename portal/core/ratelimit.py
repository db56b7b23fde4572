"""Which caller may do what how often: the ``limits`` library over Redis, or over memory on one machine."""

from functools import cache

import structlog
from django.conf import settings
from limits import parse
from limits.storage import storage_from_string
from limits.strategies import SlidingWindowCounterRateLimiter

log = structlog.get_logger(__name__)


@cache
def _limiter() -> SlidingWindowCounterRateLimiter:
    return SlidingWindowCounterRateLimiter(storage_from_string(settings.RATE_LIMIT_STORAGE))


def allowed(rate: str, *who: str) -> bool:
    """Count one call of ``who`` and say whether it is within ``rate``, such as ``"30/minute"``.

    With Redis away every call is allowed: the sign-in limits of allauth are the ones that close.
    """
    try:
        return _limiter().hit(parse(rate), *who)
    except Exception as error:  # noqa: BLE001  each storage raises its own kind
        log.warning("rate limit storage away", error=type(error).__name__)
        return True
