"""``make test``: the suite on the embedded engines. Without a browser it says loudly what it leaves out; CI never does."""

import os
import subprocess
import sys
from pathlib import Path

from bootstrap import lacking, stop

ROOT = Path(__file__).resolve().parents[1]


def main() -> int:
    """The status of pytest."""
    packages = lacking()
    missing = (
        f"browser tests need Chromium and Java: not run. On Debian: apt-get install -y {' '.join(packages)};"
        " elsewhere put java on the PATH and set CHROMIUM to the path of the browser."
    )
    if packages and os.environ.get("CI"):
        stop(f"{missing} CI leaves nothing out.")
    marks = "not services and not browser" if packages else "not services"
    pytest = [sys.executable, "-m", "pytest", "-m", marks, "-n", "3", "--dist", "loadgroup", *sys.argv[1:]]
    status = subprocess.run(pytest, cwd=ROOT, check=False).returncode
    if packages:
        print(f"\n!!! {missing}", file=sys.stderr)
    return status


if __name__ == "__main__":
    raise SystemExit(main())
