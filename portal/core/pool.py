"""The connections of one process to PostgreSQL."""

import time
from typing import Any

import psycopg

IDLE_SECONDS = 1.0


class BusyConnection(psycopg.Connection[Any]):
    """A connection that the pool asks whether it still lives, with an empty order, only after it lay idle for a while.

    One that was used a moment ago is taken at its word: asking costs as much as a small query. When it was wrong, the
    request is answered 503 and the pool takes another one.
    """

    used_at = 0.0

    def execute(self, query: Any, *args: Any, **kwargs: Any) -> Any:
        now = time.monotonic()
        is_asked = query == ""
        if is_asked and now - self.used_at < IDLE_SECONDS:
            self.used_at = now
            return None
        self.used_at = now
        return super().execute(query, *args, **kwargs)
