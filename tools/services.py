"""Run a command on PostgreSQL and Redis: starts them when they are missing (as root on Debian it installs them).

``python tools/services.py -m pytest …`` runs pytest with the services in its environment. Set ``SERVICES_DATABASE_URL``
and ``SERVICES_REDIS_URL`` to use servers elsewhere.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DATABASE = os.environ.get("SERVICES_DATABASE_URL", "postgres://postgres@127.0.0.1:5432/postgres")
REDIS = os.environ.get("SERVICES_REDIS_URL", "redis://127.0.0.1:6379")


def listening(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def run(*command: str) -> None:
    subprocess.run(
        command, check=False, stdout=subprocess.DEVNULL, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    )


def wait(port: int, name: str) -> None:
    for _ in range(100):
        if listening(port):
            return
        time.sleep(0.2)
    raise SystemExit(
        f"{name} does not listen on port {port}. Start it, or set SERVICES_DATABASE_URL and SERVICES_REDIS_URL."
    )


def start_postgres() -> None:
    if listening(5432):
        return
    if not Path("/etc/postgresql").exists() and os.geteuid() == 0 and shutil.which("apt-get"):
        run("apt-get", "update", "-qq")
        run("apt-get", "install", "-y", "-qq", "--no-install-recommends", "postgresql")
    for version in sorted(Path("/etc/postgresql").glob("*")):
        trust = "local all all trust\nhost all all 127.0.0.1/32 trust\nhost all all ::1/128 trust\n"
        (version / "main" / "pg_hba.conf").write_text(trust)
        run("pg_ctlcluster", "--skip-systemctl-redirect", version.name, "main", "start")
    wait(5432, "PostgreSQL")


def start_redis() -> None:
    if listening(6379):
        return
    if not shutil.which("redis-server") and os.geteuid() == 0 and shutil.which("apt-get"):
        run("apt-get", "update", "-qq")
        run("apt-get", "install", "-y", "-qq", "--no-install-recommends", "redis-server")
    if shutil.which("redis-server"):
        run(
            "redis-server",
            "--daemonize",
            "yes",
            "--bind",
            "127.0.0.1",
            "--port",
            "6379",
            "--save",
            "",
            "--appendonly",
            "no",
        )
    wait(6379, "Redis")


def main() -> int:
    if "SERVICES_DATABASE_URL" not in os.environ:
        start_postgres()
    if "SERVICES_REDIS_URL" not in os.environ:
        start_redis()
    services = {
        "DATABASE_URL": DATABASE,
        "CELERY_BROKER_URL": f"{REDIS}/5",
        "CACHE_URL": f"{REDIS}/6",
        "DATABASE_POOL": "false",
    }
    return subprocess.run(
        [sys.executable, *sys.argv[1:]], cwd=ROOT, env={**os.environ, **services}, check=False
    ).returncode


if __name__ == "__main__":
    raise SystemExit(main())
