"""``make check``: everything that reads the code without running the product. Stops at nothing, ends with a table."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
MANAGE = [sys.executable, "manage.py"]
PRODUCTION = {
    "PRODUCTION": "true",
    "SECRET_KEY": "checked-only-and-never-used-anywhere-else-0123456789abcdef",
    "HOSTS": "campus.example.org",
    "PUBLIC_URL": "https://campus.example.org",
    "DATABASE_URL": "postgres://localhost/campus",
    "CELERY_BROKER_URL": "redis://localhost/0",
    "CACHE_URL": "redis://localhost/1",
    "EMAIL_URL": "smtp://localhost",
    "EMAIL_FROM": "Campus <campus@example.org>",
}
STEPS: dict[str, tuple[list[str | Path], dict[str, str]]] = {
    "lint": ([BIN / "ruff", "check", "--quiet", "."], {}),
    "format": ([BIN / "ruff", "format", "--quiet", "--check", "."], {}),
    "types": ([BIN / "mypy"], {}),
    "contracts": ([BIN / "lint-imports"], {}),
    "templates": ([sys.executable, "tools/templates.py"], {}),
    "messages": ([sys.executable, "tools/messages.py", "--check"], {}),
    "migrations": ([*MANAGE, "makemigrations", "--check", "--dry-run"], {}),
    "deployment": ([*MANAGE, "check", "--deploy", "--fail-level", "WARNING"], PRODUCTION),
    "dependencies": ([BIN / "deptry", "."], {}),
}


def main() -> int:
    """Run every step; 0 when all of them are clean."""
    failed = []
    with tempfile.TemporaryDirectory() as var:
        for name, (command, extra) in STEPS.items():
            begun = time.monotonic()
            done = subprocess.run(
                command,
                cwd=ROOT,
                env={**os.environ, "VAR_DIR": var, **extra},
                capture_output=True,
                text=True,
                check=False,
            )
            print(
                f"{'ok    ' if done.returncode == 0 else 'FAILED'} {name:<14} {time.monotonic() - begun:5.1f} s",
                flush=True,
            )
            if done.returncode:
                failed.append(name)
                print(done.stdout + done.stderr)
    if failed:
        print(f"not clean: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
