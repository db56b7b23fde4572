"""FAULT 79: the database is migrated while the code before still writes into tables that are large.

Measured from ``BEFORE`` on: what lies before was in use nowhere. Each later migration of these apps is tried here by itself.
"""

import threading
import time

import psycopg
import pytest

from tests.support.live import LivePortal

pytestmark = pytest.mark.services

BEFORE = {"lrs": "0009", "issuing": "0006"}
STATEMENTS, CERTIFICATES = 150_000, 50_000
REAL = """
from certificates.issuing.actions import issue
from portal.core.clock import now
from portal.lrs.actions import store_statements
from portal.lrs.auth import Authority
from tests.bench.sentences import sentence
from tests.certificates.factories import make_completion
store_statements([sentence(1)], authority=Authority({"mbox": "mailto:a@example.org"}, None, frozenset(["all"]), ""), at=now())
issue(completion=make_completion(), at=now())
"""
# What differs between a row and its copy number ``n``, in SQL; all else is as in a row that the portal wrote.
COPIES = {
    "lrs_statement": {"id": "1000000 + n", "uuid": "gen_random_uuid()", "actor": "'actor ' || mod(n, 1000)"},
    "lrs_relatedagent": {"statement_id": "1000000 + n", "agent": "'agent ' || mod(n, 1000)"},
    "lrs_relatedactivity": {"statement_id": "1000000 + n", "activity": "'activity ' || mod(n, 200)"},
    "issuing_certificate": {
        "id": "1000000 + n",
        "uuid": "gen_random_uuid()",
        "number": "'AC-' || n",
        "completion_id": "1000000 + n",
    },
    "issuing_credential": {"id": "1000000 + n", "number": "'AC-' || n", "certificate_id": "1000000 + n"},
}


class OldCode:
    """Writes rows with the columns that there were, as fast as it can; a lock of two seconds is a fault."""

    def __init__(self, url: str) -> None:
        self.url = url
        with self.link() as link:
            self.orders = [self.order(link, table) for table in COPIES]
        self.done = threading.Event()
        self.faults: list[str] = []
        self.written = 0

    def link(self) -> psycopg.Connection:
        link = psycopg.connect(self.url, autocommit=True)
        link.execute("SET session_replication_role = replica")  # copies refer to rows that nobody made
        link.execute("SET lock_timeout = '2s'")
        return link

    def order(self, link: psycopg.Connection, table: str) -> str:
        """Copies of its first row under the numbers from the first parameter to the second."""
        named = "SELECT column_name FROM information_schema.columns WHERE table_name = %s"
        names = [name for (name,) in link.execute(named, [table])]
        values = [COPIES[table].get(name, f"one.{name}") for name in names]
        return (
            f"INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join(values)}"
            f" FROM (SELECT * FROM {table} ORDER BY 1 LIMIT 1) one, generate_series(%s::int, %s::int) n"
        )

    def fill(self) -> None:
        with self.link() as link:
            for table, order in zip(COPIES, self.orders, strict=True):
                link.execute(order, [1, STATEMENTS if table.startswith("lrs_") else CERTIFICATES])
            link.execute("ANALYZE")

    def write(self, first: int) -> None:
        with self.link() as link:
            for number in range(first, first + 10**6):
                if self.done.is_set():
                    break
                try:
                    for order in self.orders:
                        link.execute(order, [number, number])
                except psycopg.Error as error:
                    self.faults.append(str(error))
                self.written += 1
                time.sleep(0.005)

    def __enter__(self) -> "OldCode":
        self.threads = [threading.Thread(target=self.write, args=(n * 10**6,)) for n in (1, 2, 3)]
        for each in self.threads:
            each.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.done.set()
        for each in self.threads:
            each.join()


@pytest.fixture
def live():
    live = LivePortal("services")
    try:
        live.prepare(demo=False)
        live.python(REAL)
        yield live
    finally:
        live.stop()


def test_fault_79_the_code_before_writes_on_while_the_database_is_migrated(live):
    url = live.environment["DATABASE_URL"]
    for app, name in BEFORE.items():
        live.manage("migrate", app, name)
    old = OldCode(url)
    old.fill()
    with old:
        told = live.manage("migrate")
    assert "Applying lrs.0010" in told
    assert "Applying issuing.0007" in told
    assert old.faults == []
    assert old.written > 100
    with psycopg.connect(url) as link:
        broken = link.execute("SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid").fetchall()
        left = link.execute("SELECT relname FROM pg_class WHERE relname LIKE %s", ["%\\_before"]).fetchall()
    assert (broken, left) == ([], [])
    live.manage("migrate", "--check")


@pytest.mark.parametrize(("app", "table"), [("lrs", "lrs_statement"), ("issuing", "issuing_certificate")])
def test_what_reads_for_long_keeps_nobody_else_from_writing(live, app, table):
    """The migration gives way behind a long reader, and gets its turn when that has ended."""
    url = live.environment["DATABASE_URL"]
    live.manage("migrate", app, BEFORE[app])
    reader = psycopg.connect(url)
    reader.execute(f"SELECT count(*) FROM {table}")  # keeps a lock until its transaction ends
    threading.Timer(8, reader.close).start()
    with OldCode(url) as old:
        live.manage("migrate")
    assert old.faults == []
    live.manage("migrate", "--check")
