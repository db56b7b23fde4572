"""Calls made by several processes at once, as the workers of the portal would make them."""

import json
import subprocess
import sys

from tests.bench.load import Figure
from tests.support.live import ROOT, LivePortal


def together(live: LivePortal, codes: list[str]) -> Figure:
    """Each of ``codes`` in a process of its own, all begun at the same moment; each ends in ``inside.timed``."""
    processes = [
        subprocess.Popen(
            [sys.executable, "manage.py", "shell", "--no-imports", "-c", f"from tests.bench import inside; {code}"],
            cwd=ROOT,
            env=live.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for code in codes
    ]
    try:
        for process in processes:
            if process.stdout.readline().strip() != "ready":
                raise RuntimeError("a process of the bench did not get ready")
        for process in processes:
            process.stdin.write("go\n")
            process.stdin.flush()
        told = [process.communicate(timeout=300)[0] for process in processes]
    finally:
        for process in processes:
            process.kill()
            process.wait()
    times = [pair for text in told for pair in (json.loads(text) if text.strip() else [])]
    took = max(end for _, end in times) - min(begun for begun, _ in times)
    lengths = sorted(end - begun for begun, end in times)
    failed = sum(process.returncode != 0 for process in processes)
    return Figure(len(times) / took, 1000 * lengths[int(len(lengths) * 0.95)], failed)
