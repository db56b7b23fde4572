"""From nothing but Python, make and git to a virtual environment that can run the portal.

Standard library only: it runs before anything is installed. Every fault ends with one message that names the fix.
"""

import fcntl
import hashlib
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
# Stands while pip works: pip takes a package for installed before its last file is written.
UNFINISHED = VENV / "unfinished"
LIBRARIES = {
    "Debian or Ubuntu": "apt-get install -y libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fontconfig",
    "Fedora": "dnf install -y pango fontconfig",
    "macOS": "brew install pango",
}
PROBE = "import weasyprint; weasyprint.HTML(string='<p>x</p>').write_pdf()"


def stop(message: str) -> NoReturn:
    """Say what is wrong and how to mend it, and end with status 1."""
    print(f"\n{message}", file=sys.stderr)
    raise SystemExit(1)


def check_python() -> None:
    if sys.version_info < (3, 11):
        stop(f"Python 3.11 or newer is needed; this is {platform.python_version()}. Try: make PYTHON=python3.12 run")
    if not os.access(ROOT, os.W_OK):
        stop(f"The folder {ROOT} cannot be written. Make it yours (chown) or copy the project to a folder that is.")


def one_at_a_time() -> int:
    """The lock on the project's folder; it is held until this process ends."""
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        print("Another start is installing here; waiting for it", flush=True)
        fcntl.flock(folder, fcntl.LOCK_EX)
    return folder


def works() -> bool:
    """Whether the environment is whole: its Python runs, finds its own packages, and no installation broke off."""
    return (
        PYTHON.exists()
        and not UNFINISHED.exists()
        and subprocess.run([PYTHON, "-c", "import pip"], capture_output=True, check=False).returncode == 0
    )


def make_venv() -> None:
    """The virtual environment, made anew when the one that is there does not work."""
    if works():
        return
    shutil.rmtree(VENV, ignore_errors=True)
    print("Making .venv", flush=True)
    made = subprocess.run([sys.executable, "-m", "venv", VENV], capture_output=True, text=True, check=False)
    if made.returncode:
        shutil.rmtree(VENV, ignore_errors=True)
        stop(
            "Python cannot make a virtual environment here. On Debian: apt-get install -y python3-venv\n"
            + (made.stderr or made.stdout).strip()[-500:]
        )


def install(*files: str) -> None:
    """The pinned requirements, each checked against its hash; nothing to do when they are in already."""
    wanted = hashlib.sha256(b"".join((ROOT / name).read_bytes() for name in files)).hexdigest()
    stamp = VENV / f"installed-{'-'.join(Path(name).stem for name in files)}"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print(f"Installing {' and '.join(files)} (one or two minutes)", flush=True)
    pip = [
        str(PYTHON),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--require-hashes",
        "--no-deps",
        "--disable-pip-version-check",
    ]
    UNFINISHED.touch()
    done = subprocess.run([*pip, *(part for name in files for part in ("-r", name))], cwd=ROOT, check=False)
    if done.returncode:
        stop("Installing failed; what pip said stands above. Check the network and the free space, and start again.")
    stamp.write_text(wanted)
    UNFINISHED.unlink()


def installed(*packages: str) -> bool:
    """Install Debian packages where that is possible: as root on a Debian. Whether they are in afterwards."""
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        return False
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    apt = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
    subprocess.run(["apt-get", "update", "-qq"], env=environment, check=False)
    return subprocess.run(apt, env=environment, stdout=subprocess.DEVNULL, check=False).returncode == 0


def check_libraries() -> None:
    """The native libraries that WeasyPrint loads; as root on Debian they are installed."""
    checked = VENV / "libraries-found"
    if checked.exists():
        return

    def found() -> bool:
        return subprocess.run([PYTHON, "-c", PROBE], capture_output=True, check=False).returncode == 0

    if not found():
        print("Looking for the native libraries for certificates (pango)", flush=True)
        installed(*LIBRARIES["Debian or Ubuntu"].split()[3:])
        if not found():
            lines = "\n".join(f"  {system}: {command}" for system, command in LIBRARIES.items())
            stop(
                f"WeasyPrint, which makes the certificates, needs the Pango library. Install it and start again:\n{lines}"
            )
    checked.touch()


def chromium() -> str:
    """The browser of the browser tests: Debian's Chromium, Chrome, or what ``CHROMIUM`` names; empty without one."""
    return os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome") or ""


def lacking() -> list[str]:
    """The Debian packages that the browser tests lack here: the browser, and the Java that runs the HTML checker."""
    return [
        name for name, found in (("chromium", chromium()), ("default-jre-headless", shutil.which("java"))) if not found
    ]


def check_browser() -> None:
    """What the browser tests need: installed as root on Debian, else left to ``tools/tests.py`` to report."""
    if packages := lacking():
        print(f"Looking for {' and '.join(packages)}, for the browser tests", flush=True)
        installed(*packages)


def main() -> None:
    """``bootstrap.py`` for the portal, ``bootstrap.py dev`` for tests and checks too, ``dev browser`` with the browser."""
    check_python()
    lock = one_at_a_time()
    make_venv()
    install("requirements.txt")
    if "dev" in sys.argv:
        install("requirements-dev.txt")
    check_libraries()
    if "browser" in sys.argv:
        check_browser()
    os.close(lock)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        stop("Stopped. Start again when you like.")
    except PermissionError as error:
        stop(
            f"{error.filename} cannot be written: it belongs to somebody else. Make the project's folder yours (chown)."
        )
