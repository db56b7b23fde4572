"""``manage.py run_portal``: migrate, load the demo, and keep web, worker and beat running until Ctrl-C."""

import contextlib
import errno
import fcntl
import http.client
import json
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import xmlrpc.client
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from supervisor.xmlrpc import SupervisorTransport

from portal.audit.models import Entry
from portal.home.demo.logins import DEMO_LOADED, LOGINS, PASSWORD

# One group, so that all three are told to stop at the same moment. Paths are below VAR_DIR, where the supervisor runs:
# it reads the ``%`` of a longer path as an expansion, of a log file even twice.
SUPERVISOR = """
[supervisord]
nodaemon=true
silent=true
logfile=log/supervisor.log
logfile_maxbytes=1MB
logfile_backups=2
pidfile=run/supervisord.pid
childlogdir=log
{user}
[unix_http_server]
file={socket}
[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
[group:portal]
programs=web,worker,beat
"""
# Only the parent is told to stop, so that a task or a request in progress may end; what is left is killed as a group.
PROGRAM = """
[program:{name}]
command={command}
directory={root}
autorestart=true
startsecs=10
startretries=3
killasgroup=true
stopwaitsecs=8
redirect_stderr=true
stdout_logfile=log/{name}.log
stdout_logfile_maxbytes=10MB
stdout_logfile_backups=3
"""
FOLDERS = ("", "mail", "media", "private", "log", "run", "queue/messages", "queue/control")
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Command(BaseCommand):
    help = "Run the portal on this machine: web, worker and beat under one supervisor."

    def handle(self, *args: Any, **options: Any) -> None:
        self.port = self.read_port()
        self.var = Path(settings.VAR).resolve()
        self.environment = {**os.environ, "VAR_DIR": str(self.var)}
        if "public_url" not in settings.ENV.model_fields_set:
            self.environment["PUBLIC_URL"] = f"http://localhost:{self.port}"

        def stop(*_: Any) -> None:
            for number in STOPPING:  # once is enough: the stopping itself is not to be cut short
                signal.signal(number, signal.SIG_IGN)
            raise KeyboardInterrupt

        for number in STOPPING:
            signal.signal(number, stop)
        try:
            self.check_folders()
            with self.only_one():
                self.end_orphans()
                self.check_port()
                self.prepare()
                self.supervise()
        except KeyboardInterrupt:
            with contextlib.suppress(OSError):  # the terminal may be gone
                self.stdout.write("\nStopped")

    # --- before anything runs ----------------------------------------------------------------------------------------
    def read_port(self) -> int:
        text = os.environ.get("PORT", "8000")
        if not text.isdecimal() or not 0 < int(text) < 65536:
            raise CommandError(f"PORT={text} is no port. Choose a number from 1024 to 65535, or leave it unset (8000).")
        return int(text)

    def check_folders(self) -> None:
        """Every folder and file that the portal writes is this person's to write."""
        for name in FOLDERS:
            folder = self.var / name
            try:
                folder.mkdir(parents=True, exist_ok=True)
                closed = [path for path in (folder, *folder.iterdir()) if not os.access(path, os.W_OK)]
            except OSError as error:
                raise CommandError(
                    f"The folder {folder} cannot be made ({error.strerror}). Make it writable, or set VAR_DIR to one that is."
                ) from None
            if closed:
                raise CommandError(
                    f"{closed[0]} cannot be written by you. Was the portal started as another user before? Make it yours"
                    f" (sudo chown -R $(id -un) {shlex.quote(str(self.var))}), or set VAR_DIR to another folder."
                )
        if shutil.disk_usage(self.var).free < 200 * 1024 * 1024:
            raise CommandError(f"Less than 200 MB are free where {self.var} lies. Make room and start again.")

    def only_one(self) -> IO[str]:
        """The lock that a running portal holds on its folder; it ends with the process, however that ends."""
        lock = (self.var / "portal.lock").open("a+", encoding="utf-8")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            raise CommandError(
                f"The portal runs already: {lock.read().strip()}. Stop it there first (Ctrl-C)."
            ) from None
        lock.truncate(0)
        lock.write(f"http://localhost:{self.port} (process {os.getpid()})")
        lock.flush()
        return lock

    def end_orphans(self) -> None:
        """A start that was killed left its supervisor behind: end it, so that nothing runs twice."""
        run = self.var / "run"
        try:
            pid = int((run / "supervisord.pid").read_text(encoding="ascii"))
        except (OSError, ValueError):
            return
        if str(run / "supervisord.conf") not in command_of(pid):
            return
        self.stdout.write("Ending what an earlier start left running")
        os.kill(pid, signal.SIGTERM)
        end = time.monotonic() + 15
        while command_of(pid) and time.monotonic() < end:
            time.sleep(0.1)

    def check_port(self) -> None:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", self.port))
            except OSError as error:
                why = "is only for root" if error.errno == errno.EACCES else "is taken by another program"
                other = 8000 if error.errno == errno.EACCES else self.port + 1
                raise CommandError(f"Port {self.port} {why}. Choose a free one: PORT={other} make run") from None

    def prepare(self) -> None:
        """The database at its newest form, the demo in it, static files collected where the settings want that.

        Each migration and each part of the demo is one transaction: what was stopped half-way goes on where it stopped.
        """
        try:
            executor = MigrationExecutor(connection)
            if executor.migration_plan(executor.loader.graph.leaf_nodes()):
                self.stdout.write("Preparing the database (about half a minute the first time)")
                call_command("migrate", verbosity=0, interactive=False)
            wants_demo = not settings.PRODUCTION and not Entry.objects.filter(verb=DEMO_LOADED).exists()
        except OperationalError as error:
            raise CommandError(
                f"The database does not answer: {str(error).strip()}\nCheck DATABASE_URL and that the server runs."
            ) from None
        finally:
            connection.close()
        if wants_demo:
            self.stdout.write("Loading the demo: a campaign site, four courses, a hospital")
            # A process of its own, because the address that its statements name depends on the port.
            command = [sys.executable, "manage.py", "load_demo"]
            done = subprocess.run(
                command, cwd=settings.ROOT, env=self.environment, capture_output=True, text=True, check=False
            )
            if done.returncode:
                raise CommandError(f"The demo was not loaded. Start again; if it stays so, report this:\n{done.stderr}")
        if settings.PRODUCTION:
            call_command("collectstatic", verbosity=0, interactive=False)

    # --- while it runs -----------------------------------------------------------------------------------------------
    def configuration(self, control: Path) -> Path:
        run = self.var / "run"
        python = [sys.executable, "-m"]
        celery = [*python, "celery", "-A", "portal.config"]
        serving = ["--config", "portal/config/server.py", "--worker-tmp-dir", str(run)]
        programs = {
            "web": [*python, "gunicorn", "portal.config.wsgi", "--bind", f"127.0.0.1:{self.port}", *serving],
            "worker": [*celery, "worker", "--concurrency", "1", "--loglevel", "WARNING"],
            "beat": [*celery, "beat", "--loglevel", "WARNING", "--schedule", str(run / "beat"), "--pidfile="],
        }
        text = SUPERVISOR.format(socket=escaped(str(control)), user="user=root" if os.geteuid() == 0 else "")
        for name, command in programs.items():
            text += PROGRAM.format(name=name, command=escaped(shlex.join(command)), root=escaped(str(settings.ROOT)))
        path = run / "supervisord.conf"
        path.write_text(text, encoding="utf-8")
        return path

    def supervise(self) -> None:
        with tempfile.TemporaryDirectory(prefix="alara-") as folder:  # short: a socket's path ends at 104 characters
            control = Path(folder) / "supervisor.sock"
            supervisor = subprocess.Popen(
                [sys.executable, "-m", "supervisor.supervisord", "-c", self.configuration(control)],
                cwd=self.var,
                env=self.environment,
                start_new_session=True,
            )
            try:
                self.watch(supervisor, control)
            finally:
                supervisor.terminate()
                supervisor.wait()

    def watch(self, supervisor: "subprocess.Popen[bytes]", control: Path) -> None:
        """Until Ctrl-C. Says when the portal is ready; ends with the logs when a part of it does not stay up.

        Raises:
            CommandError: a part fell over again and again, or the portal did not get ready within a minute.
        """
        end = time.monotonic() + 60
        ready = False
        while supervisor.poll() is None:
            if given_up := [name for name, state in self.states(control).items() if state == "FATAL"]:
                self.tell_logs(*given_up)
                raise CommandError(f"{' and '.join(given_up)} cannot run; the end of the log stands above.")
            if not ready:
                away = self.away()
                ready = not away
                if ready:
                    self.announce()
                elif time.monotonic() > end:
                    self.tell_logs("web", "worker", "beat")
                    raise CommandError(f"Not ready within a minute ({away}); the ends of the logs stand above.")
            time.sleep(2 if ready else 0.2)
        self.tell_logs("supervisor")
        raise CommandError("The supervisor ended by itself; the end of its log stands above.")

    def states(self, control: Path) -> dict[str, str]:
        """The supervisor's word for the state of each program; empty until it listens."""
        proxy: Any = xmlrpc.client.ServerProxy(
            "http://localhost", transport=SupervisorTransport(serverurl=f"unix://{control}")
        )
        try:
            return {program["name"]: program["statename"] for program in proxy.supervisor.getAllProcessInfo()}
        except (OSError, http.client.HTTPException, xmlrpc.client.Error):
            return {}
        finally:
            proxy("close")()

    def away(self) -> str:
        """What is not ready yet; empty when all is."""
        host = settings.ALLOWED_HOSTS[0]
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/readyz", headers={"Host": "localhost" if host[0] in ".*" else host}
        )
        try:
            with urllib.request.urlopen(request, timeout=5):
                return ""
        except urllib.error.HTTPError as error:
            with contextlib.suppress(ValueError, AttributeError):
                return ", ".join(f"{name}: {state}" for name, state in json.load(error).items() if name != "status")
            return f"/readyz answers {error.code}"
        except OSError:
            return "the web process does not answer"

    def announce(self) -> None:
        self.stdout.write(
            f"\nAlara Campus is ready at {self.environment.get('PUBLIC_URL', settings.PUBLIC_URL)}   (Ctrl-C stops it)\n"
        )
        if not settings.PRODUCTION:
            for role, mail in LOGINS.items():
                self.stdout.write(f"  {role:<17} {mail}")
            self.stdout.write(f"  {'password':<17} {PASSWORD}")
        if not settings.ENV.email_url:
            self.stdout.write(f"  {'mail lies in':<17} {settings.EMAIL_FILE_PATH}")

    def tell_logs(self, *names: str) -> None:
        for name in names:
            path = self.var / "log" / f"{name}.log"
            if path.exists():
                lines = path.read_text(encoding="utf-8", errors="replace").splitlines()[-15:]
                self.stderr.write(f"--- {path}\n" + "\n".join(lines))


def escaped(text: str) -> str:
    """For a value of the supervisor's file, which reads ``%`` as the start of an expansion."""
    return text.replace("%", "%%")


def command_of(pid: int) -> str:
    """The command line of a process; empty when there is none."""
    if Path("/proc/self").exists():
        try:
            return Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""
    listed = subprocess.run(["/bin/ps", "-o", "args=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return listed.stdout
