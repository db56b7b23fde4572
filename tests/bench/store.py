"""The record store: rates through the real server, each beside a floor of the same run.

The floor is what psycopg does with the very same rows and no HTTP, Django or rule between. The server is gunicorn with two
workers; the client (``wire.py``) shares the cores with it and with the database.
"""

import base64
import itertools
import json
import os
import random
import re
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime
from pathlib import Path
from urllib.parse import quote
from uuid import UUID, uuid4

import django
import orjson
import psutil
import psycopg

from tests.bench.sentences import ACTIVITIES, PEOPLE, sentence
from tests.bench.wire import Rate, drive, request
from tests.support import migrated
from tests.support.live import ROOT, LivePortal

LINES = 8
STORED = 100_000
SECONDS = 6.0
GOALS = {
    "batches of 100": 10_000,
    "single POST": 700,
    "GET by id": 1_500,
    "GET agent and verb": 1_000,
    "GET activity, related": 500,
    "state PUT": 700,
    "SQLite, batches of 100": 4_000,
}


class Bench:
    """One portal with a client's credential."""

    def __init__(self, live: LivePortal) -> None:
        self.live = live
        printed = live.manage(
            "lrs_credential",
            "create",
            "bench",
            "--mbox",
            "mailto:bench@example.org",
            "--scope",
            "all",
            "--rate",
            "1000000",
        )
        key, secret = (re.search(rf"{name}\s+(\S+)", printed)[1] for name in ("key", "secret"))
        self.headers = {
            "Authorization": "Basic " + base64.b64encode(f"{key}:{secret}".encode()).decode(),
            "X-Experience-API-Version": "1.0.3",
            "Content-Type": "application/json",
        }
        self.random = random.Random(7)

    def get(self, query: str) -> bytes:
        return request("GET", f"/xapi/statements?{query}", self.headers)

    def fresh(self) -> dict:
        return {**sentence(self.random.randrange(10**7)), "id": str(uuid4())}

    def batches(self, count: int) -> list[bytes]:
        bodies = (orjson.dumps([self.fresh() for _ in range(100)]) for _ in range(count))
        return [request("POST", "/xapi/statements", self.headers, body) for body in bodies]

    def singles(self, count: int) -> list[bytes]:
        return [request("POST", "/xapi/statements", self.headers, orjson.dumps(self.fresh())) for _ in range(count)]

    def agent(self) -> str:
        return agent_of(sentence(self.random.randrange(PEOPLE)))

    def by_agent_and_verb(self) -> bytes:
        one = sentence(self.random.randrange(10**7))
        return self.get(f"agent={agent_of(one)}&verb={quote(one['verb']['id'])}&limit=10")

    def by_related_activity(self) -> bytes:
        activity = quote(sentence(self.random.randrange(ACTIVITIES))["object"]["id"])
        return self.get(f"activity={activity}&related_activities=true&limit=10")

    def state(self) -> bytes:
        names = f"activityId=https://campus.example.org/a&stateId=bookmark&agent={self.agent()}"
        return request(
            "PUT", f"/xapi/activities/state?{names}", self.headers, b'{"page":%d}' % self.random.randrange(99)
        )

    def drive(self, requests: Callable[[], bytes], *, expected: int = 200, count: int = 400) -> Rate:
        plans: list[Iterator[bytes]] = [itertools.cycle([requests() for _ in range(count)]) for _ in range(LINES)]
        drive(self.live.url, [itertools.islice(plan, 50) for plan in plans], seconds=SECONDS, expected=expected)
        return drive(self.live.url, plans, seconds=SECONDS, expected=expected)


def agent_of(statement: dict) -> str:
    """Its actor, as a parameter."""
    return quote(json.dumps({"account": statement["actor"]["account"]}))


def show(name: str, rate: Rate, each: int, floor: float, beside: str) -> None:
    figure = rate.rate * each
    goal = GOALS[name]
    verdict = "" if figure >= goal and not rate.errors else "  BELOW THE GOAL"
    print(
        f"  {name:<24} {figure:9.0f}/s (goal {goal})  median {rate.median:6.1f} ms  p99 {rate.p99:6.1f} ms"
        f"  errors {rate.errors}   {figure / floor:5.2f} of {beside} ({floor:.0f}/s){verdict}",
        flush=True,
    )


class Processor:
    """Processor seconds of the web processes and of the database's while a block runs."""

    def __init__(self, live: LivePortal) -> None:
        self.web = psutil.Process(live.processes["web"].pid)

    def read(self) -> dict[str, float]:
        def used(several: list[psutil.Process]) -> float:
            total = 0.0
            for each in several:
                try:
                    times = each.cpu_times()
                except psutil.NoSuchProcess:
                    continue
                total += times.user + times.system
            return total

        database = [each for each in psutil.process_iter(["name"]) if each.info["name"] == "postgres"]
        return {"web": used([self.web, *self.web.children(recursive=True)]), "database": used(database)}


# --- the floor ------------------------------------------------------------------------------------------------------
def set_up() -> None:
    """Of a process of the floor: the models, whose rows it makes."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.config.settings")
    django.setup()


def rows_ready(first: int, chance: random.Random) -> list[tuple]:
    """Tables and rows of a hundred statements, the first under the number ``first``."""
    from portal.core.clock import now
    from portal.lrs.indexing import index_of
    from portal.lrs.rows import ACTIVITIES as OF_ACTIVITIES
    from portal.lrs.rows import AGENTS, IDS, STATEMENTS, Accepted, Origin, rows_of

    origin = Origin(now(), "", "mailto:floor@example.org", own=False, credential_id=None)
    several = []
    for number in range(first, first + 100):
        one = {**sentence(chance.randrange(10**7)), "id": str(uuid4())}
        several.append((number, Accepted(UUID(one["id"]), one, index_of(one))))
    rows = rows_of(several, origin)
    tables = {IDS: sorted(rows.ids), STATEMENTS: rows.statements, AGENTS: rows.agents, OF_ACTIVITIES: rows.activities}
    return [(table, those) for table, those in tables.items() if those]


def copied(cursor: psycopg.Cursor, table, rows: list[tuple]) -> None:
    with cursor.copy(table.copying) as copy:
        copy.set_types(table.types)
        for row in rows:
            copy.write_row(row)


def inserted(cursor: psycopg.Cursor, table, rows: list[tuple]) -> None:
    """One INSERT for all rows of a table."""
    cursor.execute(table.insert_of(len(rows)), list(itertools.chain.from_iterable(rows)))


def write_rows(write: Callable, url: str, seconds: float, seed: int) -> int:
    """In a process of its own: the rows of batches of 100, as many as go; how many statements a second."""
    chance = random.Random(seed)
    first = (10**12 if write is copied else 2 * 10**12) + seed * 10**9
    ready = [rows_ready(first + 100 * n, chance) for n in range(150)]
    with psycopg.connect(url) as link:
        begun, stored = time.monotonic(), 0
        for tables in ready:
            with link.cursor() as cursor:
                for table, rows in tables:
                    write(cursor, table, rows)
            link.commit()
            stored += 100
            if time.monotonic() - begun > seconds:
                break
        return round(stored / (time.monotonic() - begun))


def sqlite_floor() -> float:
    """The rows of batches of 100 by INSERT into a database of its own, synced like the portal's; statements a second."""
    done = subprocess.run(
        [sys.executable, "-c", "from tests.bench.store import insert_rows; insert_rows()"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout.split()[-1])


def insert_rows() -> None:
    """In a process of its own, of which the settings know no PostgreSQL."""
    set_up()
    batches = [rows_ready(100 * n, random.Random(n)) for n in range(60)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "floor.sqlite3"
        migrated.copy_sqlite(path)
        link = sqlite3.connect(path, isolation_level=None)
        link.executescript(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-8000; PRAGMA wal_autocheckpoint=8000"
        )
        begun = time.monotonic()
        for tables in batches:
            link.execute("BEGIN IMMEDIATE")
            for table, rows in tables:
                order = table.insert_of(1).replace("%s", "?")
                link.executemany(order, [tuple(map(plain, row)) for row in rows])
            link.execute("COMMIT")
        print(round(100 * len(batches) / (time.monotonic() - begun)))


def plain(value: object) -> object:
    return value.hex if isinstance(value, UUID) else str(value) if isinstance(value, datetime) else value


def ask(url: str, sql: str, values: list, seconds: float) -> float:
    """Questions a second by eight threads with a prepared statement each."""
    counts = [0] * LINES
    end = time.monotonic() + seconds

    def run(n: int) -> None:
        with psycopg.connect(url, autocommit=True, prepare_threshold=1) as link:
            for value in itertools.cycle(values[n::LINES]):
                link.execute(sql, value).fetchall()
                counts[n] += 1
                if time.monotonic() > end:
                    return

    threads = [threading.Thread(target=run, args=(n,)) for n in range(LINES)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return sum(counts) / seconds


def floors(url: str) -> dict[str, float]:
    by_id = (
        "SELECT s.body FROM lrs_statementid i JOIN lrs_statement s ON s.id = i.statement AND s.stored = i.stored"
        " WHERE i.uuid = %s"
    )
    by_agent = "SELECT body FROM lrs_statement WHERE actor = %s AND verb = %s ORDER BY stored DESC LIMIT 10"
    by_activity = (
        "SELECT s.body FROM lrs_relatedactivity r JOIN lrs_statement s ON s.id = r.statement_id AND s.stored = r.stored"
        " WHERE r.activity = %s ORDER BY r.stored DESC LIMIT 10"
    )
    with psycopg.connect(url) as link:
        uuids = link.execute("SELECT uuid FROM lrs_statement ORDER BY random() LIMIT 4000").fetchall()
        pairs = link.execute("SELECT actor, verb FROM lrs_statement ORDER BY random() LIMIT 4000").fetchall()
        activities = link.execute("SELECT activity FROM lrs_relatedactivity ORDER BY random() LIMIT 400").fetchall()
    with ProcessPoolExecutor(LINES, initializer=set_up) as pool:
        both = [
            sum(pool.map(write_rows, [write] * LINES, [url] * LINES, [SECONDS] * LINES, range(LINES)))
            for write in (copied, inserted)
        ]
    return {
        "copied": both[0],
        "inserted": both[1],
        "by id": ask(url, by_id, uuids, SECONDS),
        "by agent": ask(url, by_agent, pairs, SECONDS),
        "by activity": ask(url, by_activity, activities, SECONDS),
    }


def settle(url: str) -> None:
    """Let the database do now what it would do beside the next measurement: what was written goes to the disk and is counted."""
    with psycopg.connect(url, autocommit=True) as link:
        link.execute("VACUUM ANALYZE")
        link.execute("CHECKPOINT")


# --- the run --------------------------------------------------------------------------------------------------------
def postgres() -> None:
    print(f"\nrecord store on PostgreSQL, {LINES} connections, {STORED} statements stored before", flush=True)
    live = LivePortal("services")
    live.environment["LOG_LEVEL"] = "ERROR"
    try:
        live.prepare(demo=False)
        live.manage(
            "shell", "--no-imports", "-c", "from portal.lrs.tasks import keep_partitions_ahead; keep_partitions_ahead()"
        )
        live.start("web", WEB_CONCURRENCY="2")
        bench = Bench(live)
        url = live.environment["DATABASE_URL"]
        drive(live.url, [iter(bench.batches(STORED // 100 // LINES)) for _ in range(LINES)], seconds=600)
        settle(url)
        with psycopg.connect(url, autocommit=True) as link:
            ids = [row[0] for row in link.execute("SELECT uuid FROM lrs_statement ORDER BY random() LIMIT 4000")]
        floor = floors(url)
        processor = Processor(live)
        before = processor.read()
        rate = drive(live.url, [iter(bench.batches(250)) for _ in range(LINES)], seconds=SECONDS * 2)
        used = {name: value - before[name] for name, value in processor.read().items()}
        show("batches of 100", rate, 100, floor["copied"], "COPY of the same rows")
        print(
            f"  {'':<24} {rate.rate * 100 / floor['inserted']:.2f} of INSERT of the same rows ({floor['inserted']}/s)"
        )
        stored = rate.answers * 100
        print(
            "  "
            + " " * 24
            + "processor ms a statement: "
            + ", ".join(f"{k} {1000 * v / stored:.3f}" for k, v in used.items())
        )
        rate = drive(live.url, [iter(bench.singles(2500)) for _ in range(LINES)], seconds=SECONDS)
        show("single POST", rate, 1, floor["copied"], "COPY of the same rows, a hundred at once")
        settle(url)
        show(
            "GET by id",
            bench.drive(lambda: bench.get(f"statementId={bench.random.choice(ids)}")),
            1,
            floor["by id"],
            "a bare SELECT",
        )
        show("GET agent and verb", bench.drive(bench.by_agent_and_verb), 1, floor["by agent"], "a bare SELECT")
        show("GET activity, related", bench.drive(bench.by_related_activity), 1, floor["by activity"], "a bare SELECT")
        show("state PUT", bench.drive(bench.state, expected=204), 1, floor["by id"], "a bare SELECT by id")
        memory = max(each.memory_info().rss for each in psutil.Process(live.processes["web"].pid).children())
        print(f"  {'memory of a worker':<24} {memory / 2**20:9.0f} MB", flush=True)
    finally:
        live.stop()


def sqlite() -> None:
    print("\nrecord store on SQLite", flush=True)
    live = LivePortal("embedded")
    live.environment["LOG_LEVEL"] = "ERROR"
    try:
        live.prepare(demo=False)
        live.start("web")
        bench = Bench(live)
        drive(live.url, [iter(bench.batches(10))], seconds=60)
        rate = drive(live.url, [iter(bench.batches(150)) for _ in range(4)], seconds=SECONDS)
        show("SQLite, batches of 100", rate, 100, sqlite_floor(), "INSERT of the same rows")
    finally:
        live.stop()


def both() -> None:
    postgres()
    sqlite()
