"""A running record store from outside, by clients on real connections, and its database from behind."""

import json
import re
import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import psutil
import psycopg
from psycopg.sql import SQL, Identifier

from tests.portal.lrs.samples import XapiClient
from tests.support.live import LivePortal

CREATE = """
from django.core.management import call_command
call_command("lrs_credential", "create", {name!r}, "--mbox", "mailto:{name}@example.org", "--scope", {scope!r})
"""


class Wire(XapiClient):
    """Asks over HTTP; threads may share it, each has a connection of its own. Answers are those of httpx."""

    def __init__(self, url, key, secret, version="1.0.3"):
        limits = httpx.Limits(max_connections=100, max_keepalive_connections=100)
        super().__init__(httpx.Client(base_url=url, limits=limits, timeout=60, verify=False), key, secret, version)

    def speaking(self, version):
        """The same client, in another version."""
        other = object.__new__(Wire)
        other.__dict__ = {**self.__dict__, "version": version}
        return other

    def send(self, method, resource, body=b"", content_type="application/json", headers=None, **parameters):
        parameters = {key: json.dumps(value) if isinstance(value, dict) else value for key, value in parameters.items()}
        typed = {"Content-Type": content_type} if method in {"PUT", "POST"} else {}
        return self.client.request(
            method,
            f"/xapi/{resource}",
            params=parameters or None,
            content=body if isinstance(body, bytes) else json.dumps(body).encode(),
            headers={**typed, **self.headers(), **(headers or {})},
        )

    def post(self, body, content_type="application/json", path="/xapi/statements"):
        return self.send("POST", path.removeprefix("/xapi/"), body, content_type)

    def get(self, path="/xapi/statements", headers=None, **parameters):
        return self.send("GET", path.removeprefix("/xapi/"), headers=headers, **parameters)

    def follow(self, more):
        """The page that ``more`` of another one names."""
        return self.client.get(more, headers=self.headers())

    def pages(self, **parameters):
        """Every page of a list, as JSON."""
        answer = self.get(**parameters)
        while True:
            assert answer.status_code == 200, answer.text
            page = answer.json()
            yield page
            if not page["more"]:
                return
            answer = self.follow(page["more"])

    def all_ids(self, **parameters):
        return [each["id"] for page in self.pages(**parameters) for each in page["statements"]]


def serve(portal: LivePortal, *arguments: str) -> None:
    """Start the web process with two that serve. It ends no idle connection while a client is about to use it again."""
    portal.start("web", WEB_CONCURRENCY="2", GUNICORN_CMD_ARGS=" ".join(["--keep-alive 60", *arguments]))


def client_of(portal: LivePortal, name: str, scope: str = "all") -> Wire:
    """A client with a new credential, whose authority is its own."""
    printed = portal.ask(CREATE.format(name=name, scope=scope))
    return Wire(portal.url, *(re.search(rf"{what} +(\S+)", printed)[1] for what in ("key", "secret")))


def at_once(calls):
    """Call each function of ``calls`` in a thread of its own, all at the same moment; what they return, in order."""
    gate = threading.Barrier(len(calls))

    def one(call):
        gate.wait(timeout=30)
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(one, calls))


def workers_of(portal: LivePortal) -> list[psutil.Process]:
    """The processes that serve."""
    return psutil.Process(portal.processes["web"].pid).children()


class Backstage:
    """The tables of the record store, whatever they are. Credentials are left out: using one may be noted there."""

    def __init__(self, portal: LivePortal) -> None:
        self.link = psycopg.connect(portal.environment["DATABASE_URL"], autocommit=True)

    def tables(self) -> list[str]:
        found = self.link.execute(
            "SELECT relname FROM pg_class WHERE relname LIKE 'lrs\\_%' AND relkind IN ('r', 'p') AND NOT relispartition"
        )
        return sorted({name for (name,) in found} - {"lrs_credential"})

    def count(self, table: str, where: str = "true") -> int:
        question = SQL(f"SELECT count(*) FROM {{}} WHERE {where}")
        return self.link.execute(question.format(Identifier(table))).fetchone()[0]

    def contents(self) -> dict[str, tuple[int, int]]:
        """Of each table the number of rows and a digest of all that stands in them."""
        question = "SELECT count(*), sum(hashtextextended(each::text, 0)::numeric) FROM {} AS each"
        return {name: self.link.execute(SQL(question).format(Identifier(name))).fetchone() for name in self.tables()}

    def deadlocks(self) -> int:
        """How many PostgreSQL has ended in this database, a second ago or earlier: its processes count together then."""
        counted = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        return self.link.execute(counted).fetchone()[0]

    def close(self) -> None:
        self.link.close()


def faults_in(portal: LivePortal) -> list[str]:
    """Lines of the web process's log that tell of something nobody foresaw."""
    words = ("Traceback", "code=500", "deadlock", "request_failed", "WORKER TIMEOUT")
    return [line for line in portal.log("web").splitlines() if any(word in line for word in words)]
