"""Fill a PostgreSQL database with statements of the last two years, through the one door into the store.

``python -m tests.bench.volume 10000000 postgres://postgres@127.0.0.1/alara_volume``. The database is made where it is
missing, brought up to date, and filled further when it holds statements of an earlier call already. Prints the key and
the secret of a credential that reads them all.
"""

import base64
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from datetime import datetime, timedelta

import django
import psycopg

from tests.bench.sentences import sentence
from tests.support.migrated import ROOT

BATCH, PROCESSES = 500, 2
AGE = timedelta(days=730)
AGENT = {"account": {"homePage": "https://campus.example.org", "name": "volume"}}


def make(url: str) -> None:
    """Make the database where it is missing, and bring it up to date."""
    server, name = url.rsplit("/", 1)
    with psycopg.connect(f"{server}/postgres", autocommit=True) as link:
        if link.execute("SELECT FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
            link.execute(f'CREATE DATABASE "{name}"')
    subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity", "0"], cwd=ROOT, check=True)


def lay_out() -> tuple[str, str, int]:
    """Lay a partition for each of the months; key and secret of a new credential, and how many statements there are."""
    from portal.core.clock import now
    from portal.lrs import partitions
    from portal.lrs.credentials import create_credential
    from portal.lrs.models import Statement

    month, there = partitions.month_of(now() - AGE), partitions.months()
    while month <= partitions.month_of(now()):
        if month not in there:
            partitions.add(month)
        month = partitions.next_month(month)
    made, secret = create_credential(name="volume", authority=AGENT, scopes=["all"], at=now())
    return made.key, secret, Statement.objects.count()


def store(first: int, key: str, secret: str, at: datetime) -> int:
    """Store the batch that begins with the statement of this number, as of ``at``; how many they are."""
    from portal.core.clock import now
    from portal.lrs.actions import store_statements
    from portal.lrs.auth import authenticate

    authority = authenticate("Basic " + base64.b64encode(f"{key}:{secret}".encode()).decode(), at=now())
    batch = [sentence(n) for n in range(first, first + BATCH)]
    for each in batch:
        del each["timestamp"]  # that of storing
    return len(store_statements(batch, authority=authority, at=at))


def moments(first: int, count: int) -> Iterator[tuple[int, datetime]]:
    """Each batch by the number it begins with and when it came: evenly over the years, the last one now."""
    from portal.core.clock import now

    end = now()
    for begin in range(first, count, BATCH):
        yield begin, end - AGE * (1 - (begin + BATCH) / count)


def fill(count: int) -> None:
    with ProcessPoolExecutor(PROCESSES, initializer=django.setup) as pool:
        key, secret, there = pool.submit(lay_out).result()
        print(f"key     {key}\nsecret  {secret}", flush=True)
        begun, done = time.monotonic(), 0
        going: set[Future[int]] = set()
        for n, (begin, at) in enumerate(moments(there // BATCH * BATCH, count)):
            going.add(pool.submit(store, begin, key, secret, at))
            if len(going) > PROCESSES * 4:
                ended, going = wait(going, return_when=FIRST_COMPLETED)
                done += sum(each.result() for each in ended)
            if n % 200 == 199:
                print(f"{there + done:,} of {count:,}, {done / (time.monotonic() - begun):,.0f}/s", flush=True)
        done += sum(each.result() for each in going)
        print(f"{there + done:,} of {count:,} in {time.monotonic() - begun:,.0f} s", flush=True)


def main(count: int, url: str) -> None:
    with tempfile.TemporaryDirectory(prefix="alara-volume-") as folder:
        os.environ |= {
            "DATABASE_URL": url,
            "DATABASE_POOL": "false",
            "VAR_DIR": folder,
            "DJANGO_SETTINGS_MODULE": "portal.config.settings",
            "PGOPTIONS": "-c synchronous_commit=off",
        }
        make(url)
        fill(count)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
