"""FAULT 80 and 81: last night's backup on an empty machine, as docs/operators.md says."""

import hashlib
import json
import re
import shutil
import subprocess

import httpx
import pytest

from tests.support.live import DEMO_PASSWORD, LivePortal

pytestmark = pytest.mark.services

FACTS = """
import hashlib, json
from django.apps import apps
from certificates.issuing.models import Certificate
from portal.audit.models import Entry
from post_office.models import Email
entries = [
    [e.pk, e.at.isoformat(), e.actor_id, e.verb, e.target_type, e.target_id, e.data] for e in Entry.objects.order_by("pk")
]
print(json.dumps({
    "counts": {model._meta.label: model._base_manager.count() for model in apps.get_models(include_auto_created=True)},
    "audit": hashlib.sha256(json.dumps(entries, sort_keys=True).encode()).hexdigest(),
    "certificates": {
        str(c.uuid): [c.number, c.sha256, c.file.name, c.holder_name] for c in Certificate.objects.issued()
    },
    "mail": sorted(Email.objects.values_list("pk", "status")),
}))
"""
TAMPER = """
from django.db import DatabaseError, connection, transaction
for statement in ("UPDATE audit_entry SET verb = 'nothing'", "DELETE FROM audit_entry", "TRUNCATE audit_entry"):
    try:
        with transaction.atomic():
            connection.cursor().execute(statement)
    except DatabaseError as error:
        print("refused", "append only" in str(error))
from portal.audit.actions import record
from portal.accounts.models import User
from portal.core.clock import now
record("restored", User.objects.first(), at=now())
print("appended")
"""
WAITING = """
from portal.core.emails import send
from certificates.issuing.models import Certificate
from portal.core.tasks import deliver_waiting_mail
deliver_waiting_mail()
certificate = Certificate.objects.issued().first()
context = {"certificate": certificate, "verify_url": "https://example.org/"}
send("certificate_ready", to="waiting@example.org", language="en", context=context)
"""
# The demo's learner takes the whole course.
LATER = """
from certificates.issuing.actions import issue
from courses.catalogue.models import CoursePage
from courses.catalogue.outlines import outline_of
from courses.learning.actions import complete_step, enrol
from courses.learning.models import Completion
from courses.quizzes.actions import answer, start_attempt
from portal.accounts.models import User
from portal.core.clock import now
user = User.objects.get(email="learner@demo.example")
course = CoursePage.objects.get(code="J", locale__language_code="en")
outline = outline_of(course)
enrolment = enrol(user=user, course=course, at=now())
for lesson in outline.lessons():
    complete_step(enrolment=enrolment, outline=outline, step=lesson, at=now())
attempt = start_attempt(enrolment=enrolment, outline=outline, quiz=course.quiz, at=now())
for response in attempt.responses.select_related("question"):
    right = [str(choice.uuid) for choice in response.question.choices.filter(right=True)]
    answer(attempt=attempt, outline=outline, position=response.position, given=right, at=now())
certificate = issue(completion=Completion.objects.of(user).get(), at=now())
print(certificate.uuid, certificate.number)
"""
PLACES = """
import json
from certificates.issuing.models import Credential
print(json.dumps(dict(Credential.objects.values_list("number", "pk"))))
"""
FILES = ("private", "media", "signing", "signing-credentials")


def facts_of(portal):
    return json.loads(portal.python(FACTS).splitlines()[-1])


def later_certificate(portal):
    """The public address and the number of a certificate made now."""
    return portal.python(LATER).splitlines()[-1].split()


def places_of(portal):
    """Which place in the status list each number has."""
    return json.loads(portal.python(PLACES).splitlines()[-1])


def postgres(portal, program, *arguments):
    subprocess.run([program, *arguments, "--dbname", portal.environment["DATABASE_URL"]], check=True, timeout=120)


class Drill:
    """A portal with its demo, its backup, what happened after it, and the portal restored from it."""

    def __init__(self, folder):
        self.portals = []
        try:
            self.play(folder)
        except BaseException:
            self.stop()
            raise

    def play(self, folder):
        old = LivePortal("services")
        self.portals.append(old)
        old.prepare()
        old.start("web")
        old.python(WAITING)
        (old.var / "media" / "images").mkdir(parents=True)
        (old.var / "media" / "images" / "picture.png").write_bytes(b"\x89PNG")
        self.before = facts_of(old)
        self.mails = len(list(old.mail_folder.glob("*.eml")))
        postgres(old, "pg_dump", "--format=custom", "--file", str(folder / "dump"))  # the portal is running
        for name in FILES:
            shutil.copytree(old.var / name, folder / name)
        self.later = later_certificate(old)
        old.python("from portal.core.tasks import deliver_waiting_mail; deliver_waiting_mail()")
        self.sent_later = sorted(path.name for path in old.mail_folder.glob("*.eml"))
        assert httpx.get(f"{old.url}/verify/{self.later[0]}").status_code == 200
        self.list = folder / "certificates.jws"
        old.manage("export_certificates", str(self.list))
        self.places = places_of(old)
        old.stop()

        self.new = new = LivePortal("services")
        self.portals.append(new)
        postgres(new, "pg_restore", "--no-owner", "--exit-on-error", str(folder / "dump"))
        for name in FILES:
            shutil.copytree(folder / name, new.var / name, dirs_exist_ok=True)
        self.after = facts_of(new)
        self.held = new.manage("hold_mail")
        new.manage("migrate", "--check")
        new.start("web")

    def stop(self):
        for portal in self.portals:
            portal.stop()


@pytest.fixture(scope="module")
def drill(tmp_path_factory):
    played = Drill(tmp_path_factory.mktemp("backup"))
    yield played
    played.stop()


def test_fault_80_every_row_is_back(drill):
    assert drill.before["counts"] == drill.after["counts"]
    assert drill.before["counts"]["accounts.User"] > 25
    assert drill.before["counts"]["lrs.Statement"] > 100
    assert drill.before["mail"] == drill.after["mail"]


def test_fault_80_every_file_has_its_hash(drill):
    certificates = drill.after["certificates"]
    assert certificates == drill.before["certificates"]
    assert len(certificates) == 8
    for _, sha256, name, _ in certificates.values():
        assert hashlib.sha256((drill.new.var / "private" / name).read_bytes()).hexdigest() == sha256
    assert (drill.new.var / "media" / "images" / "picture.png").read_bytes() == b"\x89PNG"


def test_fault_80_every_certificate_verifies(drill):
    for uuid, (number, sha256, _, holder) in drill.after["certificates"].items():
        told = httpx.get(f"{drill.new.url}/verify/{uuid}", params={"format": "json"}).json()
        assert (told["status"], told["number"], told["sha256"], told["holder"]) == ("valid", number, sha256, holder)
        found = httpx.get(f"{drill.new.url}/verify/", params={"number": number})
        assert found.headers["location"] == f"/verify/{uuid}"


def test_fault_80_the_portal_serves_people_again(drill):
    assert httpx.get(f"{drill.new.url}/readyz").json()["status"] == "ok"
    client = httpx.Client(base_url=drill.new.url, follow_redirects=True, timeout=30)
    page = client.get("/account/login/").text
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
    form = {"login": "learner@demo.example", "password": DEMO_PASSWORD, "csrfmiddlewaretoken": token}
    answer = client.post("/account/login/", data=form)
    assert (answer.status_code, answer.url.path) == (200, "/start/")
    assert client.get("/media/images/picture.png").status_code == 200


def test_fault_80_the_log_is_whole_and_still_append_only(drill):
    assert drill.after["audit"] == drill.before["audit"]
    told = drill.new.python(TAMPER).split("\n")
    assert told[:4] == ["refused True"] * 3 + ["appended"]


def test_fault_80_no_mail_is_sent_again(drill):
    """Not what had left before the backup, nor what waited then and has left since: with worker and sweeps at work."""
    assert drill.mails >= 8
    assert any("waiting@example.org" in name for name in drill.sent_later)
    assert drill.held.startswith("1 messages")
    drill.new.start("worker")
    tasks = ("portal.core.tasks.send_mail", "certificates.issuing.tasks.sweep", "certificates.compliance.tasks.sweep")
    lines = [f"current_app.tasks[{name!r}].apply_async()" for name in tasks]
    drill.new.python("from celery import current_app; current_app.loader.import_default_modules()\n" + "\n".join(lines))
    for name in tasks:
        drill.new.wait_until(lambda name=name: f"Task {name}" in drill.new.log("worker"), name, seconds=20)
    drill.new.wait_until(lambda: drill.new.log("worker").count("succeeded in") >= len(tasks), "all done", seconds=20)
    drill.new.kill("worker")
    assert list(drill.new.mail_folder.glob("*")) == []
    assert facts_of(drill.new)["certificates"] == drill.after["certificates"]


def test_fault_81_a_certificate_issued_after_the_backup_is_found_and_its_number_and_place_stay_taken(drill):
    uuid, number = drill.later
    assert number not in places_of(drill.new)
    told = drill.new.manage("compare_certificates", str(drill.list), "--apply")
    assert f"{number} {uuid}" in told
    assert "1 certificates differed" in told
    assert "agree" in drill.new.manage("compare_certificates", str(drill.list))
    assert places_of(drill.new) == drill.places


def test_a_certificate_issued_after_the_backup_is_unknown_and_can_be_issued_anew(drill):
    uuid, number = drill.later
    answer = httpx.get(f"{drill.new.url}/verify/{uuid}", params={"format": "json"})
    assert (answer.status_code, answer.json()) == (404, {"status": "unknown"})
    for page in (
        httpx.get(f"{drill.new.url}/verify/{uuid}"),
        httpx.get(f"{drill.new.url}/verify/", params={"number": number}),
    ):
        assert page.status_code == 404
        assert "Traceback" not in page.text
    again_uuid, again = later_certificate(drill.new)
    assert again_uuid != uuid
    assert places_of(drill.new)[again] > max(drill.places.values())
    assert httpx.get(f"{drill.new.url}/verify/{again_uuid}", params={"format": "json"}).json()["status"] == "valid"
    assert httpx.get(f"{drill.new.url}/verify/{uuid}").status_code == 404
