"""``make run``: one command, and a plain word with the fix for whatever stands in its way."""

import ctypes
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import psutil
import pytest

from portal.home.demo.logins import LOGINS, PASSWORD
from tests.support.live import ROOT, free_port

pytestmark = [pytest.mark.embedded, pytest.mark.xdist_group("run")]


def powerless():
    """Root like anybody else: without the capabilities that overrule the permissions of files."""
    if os.geteuid() == 0:
        for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
            ctypes.CDLL(None).prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP


# --- tools/bootstrap.py: before anything is installed -----------------------------------------------------------------
class Project:
    """A folder with the bootstrap, requirements, and a stand-in for the environment's Python."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "tools").mkdir()
        shutil.copy(ROOT / "tools" / "bootstrap.py", root / "tools")
        (root / "requirements.txt").write_text("campus==1\n")
        self.calls = root / "calls"
        self.path = root / "path"
        self.path.mkdir()

    def environment_python(self, *, pip: int = 0, weasyprint: int = 0) -> None:
        """``.venv/bin/python`` that notes how it is called and ends as told."""
        folder = self.root / ".venv" / "bin"
        folder.mkdir(parents=True, exist_ok=True)
        script = folder / "python"
        script.write_text(
            f'#!/bin/sh\necho "$@" >> {self.calls}\n'
            f'case "$*" in *pip\\ install*) exit {pip};; *weasyprint*) exit {weasyprint};; esac\n'
        )
        script.chmod(script.stat().st_mode | stat.S_IXUSR)

    def start(self, code: str = "", **options) -> "subprocess.CompletedProcess[str]":
        """Run the bootstrap to its end, with ``code`` before it and no system command but a shell within reach."""
        run = f"{code}\nimport runpy\nrunpy.run_path('tools/bootstrap.py', run_name='__main__')"
        return subprocess.run(
            [sys.executable, "-c", run],
            cwd=self.root,
            env={"PATH": str(self.path)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            **options,
        )

    @property
    def installations(self) -> int:
        return self.calls.read_text().count("pip install") if self.calls.exists() else 0


@pytest.fixture
def project(tmp_path):
    return Project(tmp_path)


def refused(done) -> str:
    """What a start that was refused says: a message, never a traceback."""
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    return done.stderr


def test_a_python_that_is_too_old_is_told_which_one_is_needed(project):
    said = refused(project.start("import sys; sys.version_info = (3, 10, 4, 'final', 0)"))
    assert "Python 3.11 or newer is needed" in said
    assert "make PYTHON=" in said


def test_a_python_without_venv_is_told_the_package(project):
    python = project.root / "python-of-debian"  # as Debian ships it: making an environment fails half-way
    python.write_text("#!/bin/sh\n/bin/mkdir -p .venv/bin\necho 'ensurepip is not available' >&2\nexit 1\n")
    python.chmod(0o755)
    said = refused(project.start(f"import sys; sys.executable = {str(python)!r}"))
    assert "ensurepip is not available" in said
    assert "apt-get install -y python3-venv" in said
    assert not (project.root / ".venv").exists(), "a broken environment is not left behind"


def test_a_folder_that_cannot_be_written_is_named(project):
    project.root.chmod(0o555)
    try:
        said = refused(project.start(preexec_fn=powerless))
    finally:
        project.root.chmod(0o755)
    assert f"The folder {project.root} cannot be written" in said


def test_an_environment_of_another_user_is_named(project):
    project.environment_python()
    (project.root / ".venv").chmod(0o555)
    try:
        said = refused(project.start(preexec_fn=powerless))
    finally:
        (project.root / ".venv").chmod(0o755)
    assert "belongs to somebody else" in said


def test_missing_libraries_are_told_with_the_command_of_each_system(project):
    project.environment_python(weasyprint=1)
    said = refused(project.start())
    for command in ("apt-get install -y libpango-1.0-0", "dnf install -y pango", "brew install pango"):
        assert command in said


def test_requirements_are_installed_once_and_again_when_they_change(project):
    project.environment_python()
    assert [project.start().returncode, project.start().returncode] == [0, 0]
    assert project.installations == 1
    (project.root / "requirements.txt").write_text("campus==2\n")
    assert project.start().returncode == 0
    assert project.installations == 2


def test_pip_checks_every_hash(project):
    project.environment_python()
    project.start()
    assert "--require-hashes --no-deps" in project.calls.read_text()


def test_an_installation_that_broke_off_is_made_anew(project):
    project.environment_python(pip=1)
    assert "Installing failed" in refused(project.start())
    project.environment_python()
    made = "import subprocess, sys; sys.executable = '/bin/false'"  # stands in for the making, which takes a while
    assert "Python cannot make a virtual environment" in refused(project.start(made)), "it trusts half an installation"


# --- manage.py run_portal ---------------------------------------------------------------------------------------------
class Start:
    """``manage.py run_portal`` in a folder, and everything that it starts."""

    def __init__(self, var: Path, port: int, **extra: str) -> None:
        self.var, self.port = var, port
        inherited = {name: value for name, value in os.environ.items() if not name.endswith("_URL")}
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "run_portal"],
            cwd=ROOT,
            env={**inherited, "VAR_DIR": str(var), "PORT": str(port), "LOG_LEVEL": "INFO", **extra},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            preexec_fn=powerless,  # noqa: PLW1509  nothing but a system call before the new program
        )

    def until(self, text: str) -> str:
        """What it has said once it says ``text``."""
        said = ""
        for line in self.process.stdout:
            said += line
            if text in line:
                return said
        raise AssertionError(f"it ended without {text!r}:\n{said}")

    def to_the_end(self) -> str:
        said, _ = self.process.communicate(timeout=90)
        return said

    def family(self) -> list[psutil.Process]:
        """Every process with this ``VAR_DIR``."""
        found = []
        for process in psutil.process_iter():
            try:
                if process.environ().get("VAR_DIR") == str(self.var) and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
            except psutil.Error:
                continue
        return found

    def get(self, path: str) -> int:
        with urllib.request.urlopen(f"http://localhost:{self.port}{path}", timeout=10) as answer:
            return answer.status


@pytest.fixture(scope="module")
def var(tmp_path_factory):
    """A folder whose name asks for care: a blank, a per cent sign, a letter beyond ASCII."""
    return tmp_path_factory.mktemp("var ü 50%", numbered=True)


@pytest.fixture
def start(var):
    started = []

    def run(port: int | None = None, folder: Path | None = None, **extra: str) -> Start:
        started.append(Start(folder or var, port or free_port(), **extra))
        return started[-1]

    yield run
    for each in started:
        for process in each.family():
            process.kill()
        each.process.wait(10)


def test_the_portal_starts_stops_and_starts_again(start):
    first = start()
    said = first.until("mail lies in")
    assert f"http://localhost:{first.port}" in said
    for address in LOGINS.values():
        assert address in said
    assert PASSWORD in said
    assert first.get("/en/") == 200
    assert first.get("/account/login/") == 200
    names = " ".join(" ".join(process.cmdline()) for process in first.family())
    for part in ("gunicorn portal.config.wsgi", "celery -A portal.config worker", "celery -A portal.config beat"):
        assert part in names

    second = start(first.port + 1)
    said = second.to_the_end()
    assert second.process.returncode == 1
    assert f"runs already: http://localhost:{first.port} (process {first.process.pid})" in said
    assert "Traceback" not in said

    first.process.terminate()
    first.process.send_signal(signal.SIGINT)  # an impatient second signal
    assert "Stopped" in first.to_the_end()
    assert first.process.returncode == 0
    assert first.family() == []

    again = start()
    said = again.until("is ready at")
    assert "Loading the demo" not in said
    assert "Preparing the database" not in said


def test_what_a_killed_start_left_running_is_ended(start):
    killed = start()
    killed.until("is ready at")
    left = killed.family()
    killed.process.kill()
    killed.process.wait(10)
    assert any(process.is_running() for process in left if process.pid != killed.process.pid)

    again = start(killed.port)
    said = again.until("is ready at")
    assert "Ending what an earlier start left running" in said
    assert not [process for process in left if process.is_running() and process.status() != psutil.STATUS_ZOMBIE]


def test_a_part_that_is_killed_comes_back(start):
    portal = start()
    portal.until("is ready at")
    worker = next(process for process in portal.family() if "worker" in process.cmdline())
    worker.kill()
    end = time.monotonic() + 30
    while time.monotonic() < end:
        found = [p for p in portal.family() if "worker" in p.cmdline() and p.pid != worker.pid]
        if found and portal.get("/readyz") == 200:
            return
        time.sleep(0.2)
    raise AssertionError("the supervisor did not start the worker again")


def test_a_part_that_cannot_stay_up_ends_the_start_with_its_log(start):
    portal = start(GUNICORN_CMD_ARGS="--no-such-option")
    said = portal.to_the_end()
    assert portal.process.returncode == 1
    assert "web cannot run" in said
    assert "--no-such-option" in said, "the end of the log names the reason"
    assert "Traceback" not in said
    assert portal.family() == []


def said_by(start, *arguments, **extra) -> str:
    begun = start(*arguments, **extra)
    said = begun.to_the_end()
    assert begun.process.returncode == 1, said
    assert "Traceback" not in said, said
    return said


def test_a_port_that_is_taken_is_named_with_a_free_one(start):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert f"Port {port} is taken by another program. Choose a free one: PORT={port + 1}" in said_by(start, port)


@pytest.mark.parametrize("port", ["http", "0", "65536", "-1", ""])
def test_a_port_that_is_none_is_named(start, port):
    assert f"PORT={port} is no port" in said_by(start, PORT=port)


def test_a_folder_that_cannot_be_made_is_named(start, tmp_path):
    (tmp_path / "var").write_text("a file, not a folder")
    assert f"{tmp_path / 'var'}" in said_by(start, folder=tmp_path / "var")


@pytest.mark.parametrize("closed", ["run", "log", "portal.sqlite3"])
def test_files_of_another_user_are_named_with_the_fix(start, tmp_path, closed):
    path = tmp_path / closed
    if "." in closed:
        path.touch()
    else:
        path.mkdir()
    path.chmod(0o444 if path.is_file() else 0o555)
    said = said_by(start, folder=tmp_path)
    path.chmod(0o755)
    assert f"{path} cannot be written by you" in said
    assert "chown" in said
    assert "VAR_DIR" in said


def test_a_database_that_does_not_answer_is_named(start):
    said = said_by(start, DATABASE_URL=f"postgres://nobody:secret-of-mine@127.0.0.1:{free_port()}/campus")
    assert "The database does not answer" in said
    assert "DATABASE_URL" in said
    assert "secret-of-mine" not in said
