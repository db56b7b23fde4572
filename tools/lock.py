"""``make lock``: every requirement pinned with its hashes and without an index address."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
UV = Path(sys.executable).parent / "uv"
COMMON = [
    "pip", "compile", "--quiet", "--universal", "--python-version", "3.11", "--generate-hashes", "--no-annotate",
    "--no-header", "--no-emit-index-url", "--no-emit-find-links", "--upgrade",
]  # fmt: skip


def main() -> None:
    """Write requirements.txt, then requirements-dev.txt in agreement with it."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    run = [
        ("pyproject.toml", "-o", "requirements.txt"),
        ("--group", "dev", "-c", "requirements.txt", "-o", "requirements-dev.txt"),
    ]
    for arguments in run:
        subprocess.run([UV, *COMMON, *arguments], cwd=ROOT, env=environment, check=True)


if __name__ == "__main__":
    main()
