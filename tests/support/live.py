"""A real portal for tests: gunicorn, a Celery worker and, if wished, beat, as processes with their own folder."""

import json
import os
import secrets
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path

import psycopg
from redis import Redis

from tests.support import migrated, redis_database
from tests.support.migrated import POSTGRES, ROOT

REDIS = os.environ.get("SERVICES_REDIS_URL", "redis://127.0.0.1:6379")
DEMO_PASSWORD = "demo-campus-2026"
TEMPLATES_HEADER = "X-Templates"  # in answers of tests.support.told


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class LivePortal:
    """Processes over one folder and one database; ``stop`` leaves nothing behind.

    Args:
        engines: "embedded" (SQLite and a folder as broker) or "services" (PostgreSQL and Redis).
        postgres: the server on which "services" makes its database.
        application: what the web process serves.
    """

    def __init__(
        self, engines: str = "embedded", *, postgres: str = POSTGRES, application: str = "portal.config.wsgi"
    ) -> None:
        self.postgres = postgres
        self.application = application
        self.var = Path(tempfile.mkdtemp(prefix="alara-live-"))
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self.mail_folder = self.var / "mail"
        self.demo_password = DEMO_PASSWORD
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.console: subprocess.Popen[str] | None = None
        self.database = f"alara_live_{self.port}"
        self.environment = {
            **os.environ,
            "VAR_DIR": str(self.var),
            "PUBLIC_URL": self.url,
            "DATABASE_URL": "",
            "CELERY_BROKER_URL": "",
            "CACHE_URL": "",
            "FAILPOINTS": "",
            "LOG_LEVEL": "INFO",
        }
        self.services = engines == "services"
        if self.services:
            with psycopg.connect(self.postgres, autocommit=True) as link:
                link.execute(f"CREATE DATABASE {self.database}")
            self.environment |= {
                "DATABASE_URL": postgres.rsplit("/", 1)[0] + f"/{self.database}",
                "CELERY_BROKER_URL": f"{REDIS}/{redis_database.number('live broker')}",
                "CACHE_URL": f"{REDIS}/{redis_database.number('live cache')}",
            }
            for address in (self.environment["CELERY_BROKER_URL"], self.environment["CACHE_URL"]):
                Redis.from_url(address).flushdb()

    def manage(self, *arguments: str, under: Sequence[str] = (), seconds: float = 300, **extra: str) -> str:
        """Run a management command to its end; what it printed. Fails loudly when it fails or takes longer."""
        done = subprocess.run(
            [*under, sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env={**self.environment, **extra},
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
        assert done.returncode == 0, f"{arguments}: {done.stdout}\n{done.stderr}"
        return done.stdout

    def python(self, code: str, under: Sequence[str] = (), seconds: float = 300, **extra: str) -> str:
        """Run ``code`` in a shell of the portal; what it printed."""
        return self.manage("shell", "--no-imports", "-c", code, under=under, seconds=seconds, **extra)

    def ask(self, program: str) -> str:
        """Run ``program`` in a shell that stays open until ``stop``; what it printed."""
        if self.console is None:
            self.console = subprocess.Popen(
                [sys.executable, "-m", "tests.support.console"],
                cwd=ROOT,
                env={**self.environment, "DJANGO_SETTINGS_MODULE": "portal.config.settings"},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        self.console.stdin.write(json.dumps(program) + "\n")
        self.console.stdin.flush()
        told, _, _ = select.select([self.console.stdout], [], [], 120)
        assert told, "the program takes longer than two minutes"
        answer = json.loads(self.console.stdout.readline())
        assert not answer["failed"], answer["failed"]
        return answer["printed"]

    def prepare(self, *, demo: bool = True) -> "LivePortal":
        self.migrate()
        if demo:
            self.manage("load_demo")
        return self

    def migrate(self) -> None:
        """Bring the new database up to date."""
        if self.postgres != POSTGRES:
            self.manage("migrate", "--verbosity", "0")
        elif self.services:
            migrated.copy_postgres(self.database)
        else:
            migrated.copy_sqlite(self.var / "portal.sqlite3")

    def start(self, name: str, under: Sequence[str] = (), **extra: str) -> None:
        """Start ``web``, ``worker`` or ``beat``.

        Args:
            name: which.
            under: a command that starts another one, such as one that limits it.
            extra: variables of this process only.
        """
        python = [sys.executable, "-m"]
        gunicorn = [*python, "gunicorn", self.application, "--config", "portal/config/server.py"]
        command = {
            "web": [*gunicorn, "--bind", f"127.0.0.1:{self.port}"],
            "worker": [*python, "celery", "-A", "portal.config", "worker", "--concurrency", "1", "--loglevel", "INFO"],
            "beat": [*python, "celery", "-A", "portal.config", "beat", "--schedule", str(self.var / "beat")],
        }[name]
        log = (self.var / f"{name}.log").open("wb")
        self.processes[name] = subprocess.Popen(
            [*under, *command],
            cwd=ROOT,
            env={**self.environment, **extra},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        if name == "web":
            self.wait_until(lambda: self.get("/healthz")[0] == 200, "the web process answers")
        if name == "worker":
            self.wait_until(lambda: "ready." in self.log("worker"), "the worker is ready")

    def log(self, name: str) -> str:
        path = self.var / f"{name}.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def get(self, path: str) -> tuple[int, bytes]:
        try:
            with urllib.request.urlopen(self.url + path, timeout=10) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()
        except OSError:
            return 0, b""

    def wait_until(self, true, what: str, *, seconds: float = 60) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if true():
                return
            time.sleep(0.2)
        logs = "\n".join(f"--- {name}\n{self.log(name)[-3000:]}" for name in self.processes)
        raise AssertionError(f"not within {seconds} s: {what}\n{logs}")

    def kill(self, name: str) -> None:
        """SIGKILL to the process and its children: no last words."""
        process = self.processes.pop(name, None)
        if process is not None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)

    def stop(self) -> None:
        if self.console is not None:
            self.console.kill()
            self.console.communicate()
        for name in list(self.processes):
            self.kill(name)
        if self.services:
            migrated.drop(self.database, self.postgres)
        shutil.rmtree(self.var, ignore_errors=True)

    def production(self) -> dict[str, str]:
        """The variables that make it a production portal; served by ``tests.support.proxied``."""
        return {
            "PRODUCTION": "true",
            "SECRET_KEY": secrets.token_hex(40),
            "HOSTS": "localhost,127.0.0.1",
            "PUBLIC_URL": self.url.replace("http://", "https://"),
            "DATABASE_URL": self.environment["DATABASE_URL"] or f"sqlite:///{self.var}/portal.sqlite3",
            "EMAIL_URL": f"smtp://127.0.0.1:{free_port()}",  # nobody answers there
            "EMAIL_FROM": "portal@localhost",
            "PROXY_COUNT": "1",
        }

    # --- what the journeys ask ---------------------------------------------------------------------------------------
    @property
    def course_url(self) -> str:
        return f"{self.url}/en/courses/justification/"

    def add_to_radiology(self, address: str) -> None:
        """What an administrator does in the CMS: the person becomes a member of the demo's radiology department."""
        self.python(
            "from portal.accounts.models import User\n"
            "from portal.departments.models import Department, Membership\n"
            "from datetime import date\n"
            f"Membership.objects.create(user=User.objects.get(email={address!r}), valid_from=date.today(),"
            " department=Department.objects.get(name='Radiology'))"
        )

    def statements_of(self, address: str) -> list[dict]:
        """The person's statements, oldest first, read through /xapi/statements with Basic credentials."""
        import base64
        import re
        from urllib.parse import quote

        printed = self.manage(
            "lrs_credential", "create", "journey", "--mbox", "mailto:journey@example.org", "--scope", "all/read"
        )
        key = re.search(r"key:?\s+(\S+)", printed, re.IGNORECASE)[1]
        secret = re.search(r"secret:?\s+(\S+)", printed, re.IGNORECASE)[1]
        uuid = self.python(
            f"from portal.accounts.models import User; print(User.objects.get(email={address!r}).uuid)"
        ).strip()
        agent = json.dumps({"account": {"homePage": self.url, "name": uuid}})
        found: list[dict] = []
        path = f"/xapi/statements?ascending=true&agent={quote(agent)}"
        while path:
            request = urllib.request.Request(
                self.url + path,
                headers={
                    "Authorization": "Basic " + base64.b64encode(f"{key}:{secret}".encode()).decode(),
                    "X-Experience-API-Version": "1.0.3",
                },
            )
            with urllib.request.urlopen(request, timeout=20) as answer:
                page = json.load(answer)
            found += page["statements"]
            path = page.get("more") or ""
        return found
