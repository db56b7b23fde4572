"""Each process of a parallel run has Redis databases of its own: one must not empty the other's cache or queue."""

import os

PURPOSES = ("broker", "cache", "live broker", "live cache")
DATABASES = 16  # what Redis has unless told otherwise


def number(purpose: str) -> int:
    """Number of the database that this process has for ``purpose``."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    taken = worker * len(PURPOSES) + PURPOSES.index(purpose)
    assert taken < DATABASES, f"Redis has no database for process {worker + 1} of the run: at most 4 (-n 4)."
    return taken
