"""A migrated database for every process of a run: made by the migrations (15 s), from then on copied.

SQLite's is kept for the next run too, beside the other temporary files, under a digest of what made it.
"""

import atexit
import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import psycopg

ROOT = Path(__file__).resolve().parents[2]
POSTGRES = os.environ.get("SERVICES_DATABASE_URL", "postgres://postgres@127.0.0.1:5432/postgres")
FOLDER = "TEST_RUN_FOLDER"  # in the environment, so that the processes of a parallel run share one folder


def folder() -> Path:
    """Folder of the run. Its first process makes it, and takes it and the template database away at its end."""
    if FOLDER not in os.environ:
        os.environ[FOLDER] = tempfile.mkdtemp(prefix="alara-run-")
        atexit.register(end_run)
    return Path(os.environ[FOLDER])


def end_run() -> None:
    if (folder() / template_name()).exists():
        drop(template_name())
    shutil.rmtree(folder(), ignore_errors=True)


def template_name() -> str:
    """Name of the database that the others are copies of; one for each run."""
    return "".join(letter if letter.isalnum() else "_" for letter in folder().name.lower())


@contextmanager
def one_at_a_time() -> Iterator[None]:
    with (folder() / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def migrate(database_url: str) -> None:
    environment = {**os.environ, "DATABASE_URL": database_url, "VAR_DIR": str(folder()), "CELERY_BROKER_URL": ""}
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"


def copy_sqlite(path: Path) -> None:
    """Put a migrated database at ``path``."""
    made = folder() / "portal.sqlite3"
    kept = Path(tempfile.gettempdir()) / f"alara-migrated-{digest()}.sqlite3"
    with one_at_a_time():
        if not made.exists() and kept.exists():
            shutil.copy(kept, made)
        elif not made.exists():
            migrate("")
            shutil.copy(made, folder() / "kept")
            (folder() / "kept").rename(kept)
    shutil.copy(made, path)


def digest() -> str:
    """Of the migrations, of what they call, and of the libraries that bring some of their own."""
    called = [ROOT / "portal" / "lrs" / name for name in ("indexing.py", "partitions.py", "rows.py")]
    made_of = [*sorted(ROOT.glob("*/*/migrations/*.py")), *called, ROOT / "requirements.txt"]
    return sha256(b"".join(path.read_bytes() for path in made_of)).hexdigest()[:16]


def url_of(name: str) -> str:
    return f"{POSTGRES.rsplit('/', 1)[0]}/{name}"


def copy_postgres(name: str) -> None:
    """Make a migrated database called ``name`` on the server of the run, in place of one that may be there."""
    template = template_name()
    with one_at_a_time(), psycopg.connect(POSTGRES, autocommit=True) as link:
        if not (folder() / template).exists():
            link.execute(f"CREATE DATABASE {template}")
            migrate(url_of(template))
            (folder() / template).touch()
        link.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        link.execute(f"CREATE DATABASE {name} TEMPLATE {template}")


def drop(name: str, server: str = POSTGRES) -> None:
    with psycopg.connect(server, autocommit=True) as link:
        link.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
