"""A small closed-loop client: so many threads, one kept-alive connection each, for so many seconds."""

import http.client
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Figure:
    """Requests a second, the 95th percentile in milliseconds, and answers that were not as expected."""

    rate: float
    p95: float
    errors: int


Request = tuple[str, str, dict[str, str], str]
Plan = Callable[[int], Iterator[Request]]


def measure(url: str, plan: Plan, *, clients: int, seconds: float, expected: tuple[int, ...] = (200,)) -> Figure:
    """``plan(client)`` yields (method, path, headers, body) without end, or until that client has no more work."""
    host = urlsplit(url).netloc
    times: list[float] = []
    errors = 0
    lock = threading.Lock()
    end = time.monotonic() + seconds

    def run(client: int) -> None:
        nonlocal errors
        link = http.client.HTTPConnection(host, timeout=30)
        mine, wrong = [], 0
        for method, path, headers, body in plan(client):
            begun = time.perf_counter()
            link.request(method, path, body or None, headers)
            answer = link.getresponse()
            answer.read()
            mine.append(time.perf_counter() - begun)
            wrong += answer.status not in expected
            if time.monotonic() > end:
                break
        link.close()
        with lock:
            times.extend(mine)
            errors += wrong

    begun = time.monotonic()
    threads = [threading.Thread(target=run, args=(n,)) for n in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.monotonic() - begun
    times.sort()
    return Figure(len(times) / took, 1000 * times[int(len(times) * 0.95)] if times else 0.0, errors)
