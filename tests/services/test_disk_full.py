"""FAULT 75: no room left for certificates, with real files, processes and a disk that is really full."""

import json
import shutil
import subprocess

import httpx
import pytest

from tests.services.test_crashes import ONE, STATE, SWEEP, Learner
from tests.support.live import LivePortal

pytestmark = pytest.mark.services

INTACT = """
import hashlib
from certificates.issuing.models import Certificate
certificate = Certificate.objects.get(completion__enrolment__uuid="{enrolment}")
print(hashlib.sha256(certificate.file.read()).hexdigest() == certificate.sha256)
"""
READY = """
import json
from django.test import RequestFactory
from portal.home.health import readyz
answer = readyz(RequestFactory().get("/readyz"))
print(json.dumps([answer.status_code, json.loads(answer.content)]))
"""


OLD_MONTH = """
from datetime import timedelta
from portal.core.clock import now
from portal.lrs.actions import store_statements
from portal.lrs.auth import Authority
from tests.bench.sentences import sentence
at = now() - timedelta(days=70)
by = Authority({"mbox": "mailto:a@example.org"}, None, frozenset(["all"]), "")
store_statements([sentence(n) for n in range(1000)], authority=by, at=at)
print(f"{at:%Y-%m}")
"""
COUNT = "from portal.lrs.models import Statement; print(Statement.objects.count())"


class SmallDisk:
    """A disk of 512 kB in memory, mounted where certificates lie."""

    under = ()
    before = ""

    def __init__(self, folder):
        self.folder = folder
        command = ["mount", "-t", "tmpfs", "-o", "size=512k", "alara-test", folder]
        subprocess.run(command, check=True, capture_output=True)

    def fill(self, *, leave=0):
        with (self.folder / "ballast").open("wb", buffering=0) as ballast:
            ballast.write(b"0" * (shutil.disk_usage(self.folder).free - leave))

    def free(self):
        (self.folder / "ballast").unlink()

    def remove(self):
        subprocess.run(["umount", "--lazy", self.folder], check=True)


class SmallFiles:
    """Where nobody may mount: the kernel refuses to write a file of more than some bytes."""

    def __init__(self, _folder):
        self.free()

    def fill(self, *, leave=0):
        self.under = ("prlimit", f"--fsize={leave}", "--") if leave else ()
        self.before = "" if leave else "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (0, -1))\n"

    def free(self):
        self.under, self.before = (), ""

    def remove(self):
        self.free()


@pytest.fixture(scope="module")
def live():
    portal = LivePortal("services")
    try:
        yield portal.prepare(demo=False)
    finally:
        portal.stop()


@pytest.fixture
def disk(live):
    """What can be filled here: a disk, or where none can be mounted, files."""
    try:
        made = SmallDisk(live.var / "private")
    except (OSError, subprocess.CalledProcessError):
        made = SmallFiles(live.var / "private")
    yield made
    for name in list(live.processes):
        live.kill(name)
    made.remove()


def files_in(live, folder):
    return [path for path in (live.var / "private" / folder).rglob("*") if path.is_file()]


def test_fault_75_a_certificate_waits_for_room_and_is_then_issued_once(live, disk):
    live.start("web")
    learner = Learner(live)
    disk.fill(leave=8192)
    live.start("worker", under=disk.under)
    learner.answer()  # she is told that it is kept, and it is
    live.wait_until(
        lambda: "No space left on device" in live.log("worker") or "File too large" in live.log("worker"),
        "the worker found no room",
    )
    live.kill("worker")

    def after_sweep():
        told = live.python(SWEEP + STATE.format(**learner.desk), under=disk.under)
        return json.loads(told.splitlines()[-1])

    waiting = {**ONE, "issued": 0, "files": 0, "mails": 0}
    assert learner.state == waiting
    assert after_sweep() == waiting, "the sweep finds no room either"
    assert files_in(live, "certificates") == [], "half a file is no certificate"
    cookies = {"sessionid": learner.desk["session"]}
    card = httpx.get(f"{live.url}/certificates/card/{learner.desk['enrolment']}/", cookies=cookies)
    assert card.status_code == 200
    assert ".pdf" not in card.text
    disk.free()
    assert after_sweep() == ONE
    assert after_sweep() == ONE
    assert live.python(INTACT.format(**learner.desk)).splitlines()[-1] == "True"
    assert len(files_in(live, "certificates")) == 1


def test_fault_75_readyz_says_that_storage_is_away_and_leaves_nothing(live, disk):
    def ask():
        status, parts = json.loads(live.python(disk.before + READY).splitlines()[-1])
        return status, parts["storage"], parts["database"]

    disk.fill()
    assert ask() == (503, "away", "ok")
    assert files_in(live, "readyz") == []
    disk.free()
    assert ask() == (200, "ok", "ok")
    assert files_in(live, "readyz") == []


def test_fault_75_months_of_the_record_store_wait_for_room_and_lose_nothing(live, disk):
    """Files for analysts, and the archive of a month: half of one is never left, and what is not put away stays."""

    def count():
        return int(live.python(COUNT).splitlines()[-1])

    month = live.python(OLD_MONTH).splitlines()[-1]
    before = count()
    live.manage("rebuild_counters")
    disk.fill(leave=4096)
    with pytest.raises(AssertionError, match=r"No space left on device|File too large"):
        live.manage("write_parquet", under=disk.under)
    assert files_in(live, "parquet") == []
    disk.free()
    live.manage("write_parquet")
    disk.fill(leave=4096)
    with pytest.raises(AssertionError, match=rf"CommandError: {month}: its file cannot be stored: (No space|File too)"):
        live.manage("archive_statements", month, under=disk.under)
    assert (files_in(live, "records"), count()) == ([], before)
    disk.free()
    assert "1000 statements are in" in live.manage("archive_statements", month)
    assert count() == before - 1000
    assert "1000 statements are back" in live.manage("archive_statements", month, "--restore")
    assert count() == before


def test_fault_75_the_alarm_comes_before_the_disk_is_full(live):
    """The worker's own task, at a percentage that every disk has passed."""
    live.start("worker", DISK_ALARM_PERCENT="1")
    try:
        live.python("from portal.core.tasks import enqueue, watch_disks; enqueue(watch_disks)")
        live.wait_until(lambda: "disk almost full: make room" in live.log("worker"), "the alarm", seconds=20)
    finally:
        live.kill("worker")
