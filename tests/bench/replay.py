"""Store many statements and send all of them again, shuffled and in other batches: nothing may change.

``python -m tests.bench.replay [statements]``: a million unless told otherwise, on PostgreSQL and Redis.
"""

import json
import random
import sys
import time
from array import array
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

from tests.bench.sentences import sentence
from tests.support.live import LivePortal
from tests.support.wire import Backstage, Wire, client_of, faults_in, serve

CLIENTS = 4
SIZES = (1000, 400, 150)  # of the batches of each time; a batch has 1,000 at most


def batches(numbers: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    return (numbers[begun : begun + size] for begun in range(0, len(numbers), size))


def send(client: Wire, numbers: Sequence[int]) -> None:
    """Send the statements of these numbers as one batch.

    Raises:
        AssertionError: the answer is not the list of their ids.
    """
    statements = [sentence(n) for n in numbers]
    while True:
        answer = client.post(json.dumps(statements).encode())
        if answer.status_code != 429:
            break
        time.sleep(5)
    assert answer.status_code == 200, answer.text
    assert answer.json() == [each["id"] for each in statements]


def send_all(client: Wire, plan: Iterator[Sequence[int]]) -> None:
    """All batches of ``plan``, by several threads; no more of it is in memory than they need."""
    with ThreadPoolExecutor(CLIENTS) as pool:
        while some := list(islice(plan, CLIENTS * 4)):
            list(pool.map(lambda numbers: send(client, numbers), some))


def shuffled(count: int, seed: int) -> Sequence[int]:
    numbers = array("q", range(count))
    random.Random(seed).shuffle(numbers)
    return numbers


def main(count: int) -> None:
    portal = LivePortal("services")
    try:
        portal.environment["LOG_LEVEL"] = "ERROR"
        serve(portal.prepare(demo=False))
        client, store = client_of(portal, "replay"), Backstage(portal)
        begun = time.monotonic()
        send_all(client, batches(range(count), SIZES[0]))
        print(f"stored {count:,} in {time.monotonic() - begun:,.0f} s", flush=True)
        before = store.contents()
        for turn, size in enumerate(SIZES):
            begun = time.monotonic()
            send_all(client, batches(shuffled(count, turn), size))
            assert store.contents() == before, "a statement sent again has changed something"
            print(f"again in batches of {size}: {time.monotonic() - begun:,.0f} s, nothing changed", flush=True)
        assert faults_in(portal) == []
        store.close()
    finally:
        portal.stop()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
