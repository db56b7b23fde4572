"""Exactly one certificate, whatever dies: real processes on PostgreSQL and Redis, really killed."""

import json
import re
import threading

import httpx
import pytest

from tests.support.live import ROOT, LivePortal, free_port
from tests.support.timestamping import StampService

pytestmark = pytest.mark.services

SETUP = """
import json, secrets
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from courses.catalogue.outlines import outline_of
from courses.learning.actions import complete_step, enrol
from courses.quizzes.actions import answer, start_attempt
from portal.accounts.models import User
from portal.core.clock import now
from tests.courses.quizzes.builders import make_quiz
from tests.factories import UserFactory
from tests.pages import make_course, make_site
from courses.catalogue.models import CoursePage

course = CoursePage.objects.filter(code="X").first()
if course is None:
    course = make_course(make_site(), code="X", modules=1, lessons=1)
    make_quiz(course, banks=1)
user = UserFactory(email=f"{secrets.token_hex(6)}@example.org", name="Alice Huber")
outline = outline_of(course)
enrolment = enrol(user=user, course=course, at=now())
for lesson in outline.lessons():
    complete_step(enrolment=enrolment, outline=outline, step=lesson, at=now())
attempt = start_attempt(enrolment=enrolment, outline=outline, quiz=course.quiz, at=now())
responses = list(attempt.responses.select_related("question"))
rights = [[str(c.uuid) for c in r.question.choices.all() if c.right] for r in responses]
for response, right in list(zip(responses, rights))[:-1]:
    answer(attempt=attempt, outline=outline, position=response.position, given=right, at=now())
session = SessionStore()
session[SESSION_KEY] = str(user.pk)
session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
session[HASH_SESSION_KEY] = user.get_session_auth_hash()
session.save()
print(json.dumps({
    "session": session.session_key,
    "page": f"/learn/course-x/quiz/{attempt.uuid}/{responses[-1].position}/",
    "choices": rights[-1],
    "enrolment": str(enrolment.uuid),
}))
"""

STATE = """
import json
from certificates.issuing.models import Certificate
from courses.learning.models import Completion
from courses.quizzes.models import Attempt
from post_office.models import Email
found = Certificate.objects.filter(completion__enrolment__uuid="{enrolment}")
print(json.dumps({{
    "completions": Completion.objects.filter(enrolment__uuid="{enrolment}").count(),
    "attempts": Attempt.objects.filter(enrolment__uuid="{enrolment}").count(),
    "certificates": found.count(),
    "issued": found.exclude(issued_at=None).count(),
    "files": sum(bool(c.file) and c.file.storage.exists(c.file.name) for c in found),
    "mails": Email.objects.filter(to__contains=found.first().completion.enrolment.user.email).count() if found else 0,
}}))
"""

SWEEP = """
from datetime import timedelta
from certificates.issuing.models import Certificate
from django.db.models import F
from certificates.issuing.tasks import sweep
from courses.learning.models import Completion
Completion.objects.update(completed_at=F("completed_at") - timedelta(minutes=5))  # the grace is over
Certificate.objects.filter(issued_at=None).update(created_at=F("created_at") - timedelta(minutes=5))
sweep()
"""

ONE = {"completions": 1, "attempts": 1, "certificates": 1, "issued": 1, "files": 1, "mails": 1}


@pytest.fixture(scope="module")
def live():
    portal = LivePortal("services")
    try:
        yield portal.prepare(demo=False)
    finally:
        portal.stop()


@pytest.fixture(autouse=True)
def _stop_processes(live):
    yield
    for name in list(live.processes):
        live.kill(name)


@pytest.fixture(scope="module")
def stamps(tmp_path_factory):
    """The settings of a time-stamp service that answers."""
    service = StampService()
    path = tmp_path_factory.mktemp("stamps") / "authorities.pem"
    path.write_text(service.authority)
    yield {"TIMESTAMP_URL": service.url, "TIMESTAMP_CERTIFICATES": str(path)}
    service.stop()


class Learner:
    """Somebody with one question left, signed in."""

    def __init__(self, live):
        self.live = live
        printed = live.ask(SETUP).strip().splitlines()[-1]
        self.desk = json.loads(printed)

    def form(self):
        """A browser tab on the last question: the client, and what its form would post."""
        client = httpx.Client(base_url=self.live.url, cookies={"sessionid": self.desk["session"]}, timeout=30)
        page = client.get(self.desk["page"])
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)[1]
        return client, {"csrfmiddlewaretoken": token, "choice": self.desk["choices"]}

    def answer(self):
        client, data = self.form()
        reply = client.post(self.desk["page"] + "answer/", data=data)
        assert reply.status_code == 302, reply.text
        return reply

    @property
    def state(self):
        return json.loads(self.live.ask(STATE.format(**self.desk)).strip().splitlines()[-1])


def failpoints():
    """Every name in the code, so that a new one is killed at too."""
    sources = [path for app in ("portal", "courses", "campaign", "certificates") for path in (ROOT / app).rglob("*.py")]
    return sorted({name for path in sources for name in re.findall(r'failpoint\("([^"]+)"\)', path.read_text())})


def test_fault_76_every_failpoint_is_found():
    points = [
        "after_row",
        "after_credential",
        "after_render",
        "after_stamp",
        "after_sign",
        "after_file",
        "after_mail",
        "after_issue",
    ]
    assert {f"certificate.{point}" for point in points} <= set(failpoints())
    calls = [
        line.strip()
        for app in ("portal", "courses", "campaign", "certificates")
        for path in (ROOT / app).rglob("*.py")
        for line in path.read_text().splitlines()
        if re.match(r"\s*failpoint\(", line)
    ]
    assert len(calls) == len(failpoints()), "each has a name of its own, written out"


# Points off the way from an answer to a certificate, and where their journeys are.
ELSEWHERE = {
    "archive written": "tests/portal/lrs/keeping/test_archive.py",
    "bulk.after_one": "tests/services/test_many_killed.py",
    "edition.after_file": "tests/services/test_many_killed.py",
    "claim.after_call": "tests/services/test_reminders.py",
    "reminder.after_row": "tests/services/test_reminders.py",
    "archived month removed": "tests/portal/lrs/keeping/test_archive.py",
    "erased a batch": "tests/portal/lrs/keeping/test_erasure.py",
}


def test_fault_76_points_elsewhere_have_journeys_of_their_own():
    assert {point for point in failpoints() if not point.startswith("certificate.")} == set(ELSEWHERE)
    for point, path in ELSEWHERE.items():
        assert f'"{point}"' in (ROOT / path).read_text(), point


@pytest.mark.parametrize("point", [each for each in failpoints() if each not in ELSEWHERE])
def test_fault_76_and_fault_42_worker_killed_at_every_point(live, point, stamps):
    """SIGKILL between row, rendering, time stamp, signature, file, mail and announcement: after one sweep one of everything."""
    live.start("web")
    learner = Learner(live)
    live.start("worker", FAILPOINTS=point, **stamps)
    learner.answer()
    live.wait_until(
        lambda: "SIGKILL" in live.log("worker") or "signal 9" in live.log("worker"), "the worker's child was killed"
    )
    live.kill("worker")
    live.ask(SWEEP)
    assert learner.state == ONE


def test_broker_away_when_the_course_is_completed(live):
    """The learner is not told and nothing is lost: the sweep makes the certificate."""
    live.start("web", CELERY_BROKER_URL=f"redis://127.0.0.1:{free_port()}/0")
    learner = Learner(live)
    learner.answer()
    before = learner.state
    assert (before["completions"], before["certificates"]) == (1, 0)
    live.ask(SWEEP)
    assert learner.state == ONE


def test_fault_28_last_answer_posted_twice_at_the_same_moment(live):
    """Two tabs, one moment: one graded attempt, one completion, one certificate."""
    live.start("web")
    live.start("worker")
    learner = Learner(live)
    tabs = [learner.form() for _ in range(4)]
    together = threading.Barrier(len(tabs))
    statuses = []

    def post(client, data):
        together.wait()
        statuses.append(client.post(learner.desk["page"] + "answer/", data=data).status_code)

    threads = [threading.Thread(target=post, args=tab) for tab in tabs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [302] * len(tabs)
    live.wait_until(lambda: learner.state["issued"] == 1, "the certificate is issued")
    live.ask(SWEEP)
    assert learner.state == ONE


def test_fault_77_web_killed_while_answering(live):
    """Either the answer is kept or the learner's browser was told that it failed; never told kept and lost."""
    live.start("web")
    learner = Learner(live)
    client, data = learner.form()
    outcome = []

    def post():
        try:
            outcome.append(client.post(learner.desk["page"] + "answer/", data=data).status_code)
        except httpx.HTTPError:
            outcome.append(0)

    thread = threading.Thread(target=post)
    thread.start()
    live.kill("web")
    thread.join()
    live.start("web")
    if outcome == [302]:
        assert learner.state["completions"] == 1
    else:
        learner.answer()
        assert learner.state["completions"] == 1
