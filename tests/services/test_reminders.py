"""Messages about certificates that wait or expire: one each, with many workers at once and with one that is killed."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.utils.timezone import localdate
from post_office.models import Email
from wagtail.models import Locale, Page

from certificates.compliance import actions as compliance
from certificates.compliance.models import Reminder
from certificates.issuing.cme import actions as cme
from certificates.issuing.models import Certificate, Claim
from portal.core.clock import now
from tests.certificates.factories import make_completion
from tests.certificates.schemes import accredit, ask, make_scheme
from tests.certificates.transcripts import issued
from tests.factories import UserFactory
from tests.pages import make_course, make_site
from tests.support.live import LivePortal

pytestmark = pytest.mark.services
WORKERS = 6


# ---- at the same moment --------------------------------------------------------------------------------------------
@pytest.fixture
def course():
    assert settings.DATABASES["default"]["ENGINE"].endswith("postgresql")
    if not Page.objects.exists():  # a test with real transactions before this one ended by emptying every table
        Locale.objects.get_or_create(language_code="en")
        Page.add_root(instance=Page(title="Root", slug="root"))
    return make_course(make_site(), code="R", modules=1, lessons=1)


def at_once(call):
    """As many workers as there are, in one moment, each with a connection of its own; what they returned."""
    gate = threading.Barrier(WORKERS)

    def one(_):
        try:
            gate.wait(timeout=60)
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(one, range(WORKERS)))


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_tell_of_an_end_once(course):
    for _ in range(5):
        holder, at = UserFactory(), now()
        ends = at.date() + timedelta(days=60)
        certificate = issued(holder, at - timedelta(days=300), expires_on=ends, of={"course": course})

        def remind(pk=certificate.pk, at=at):
            return compliance.remind(certificate=Certificate.objects.get(pk=pk), at=at)

        assert sum(each is not None for each in at_once(remind)) == 1
        assert Reminder.objects.filter(certificate=certificate).count() == 1
        assert Email.objects.filter(to__contains=holder.email).count() == 1


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_tell_of_a_waiting_certificate_once(course):
    scheme = make_scheme("ecmec", needs_evaluation=True)
    accredit(scheme, course, valid_to=localdate(now()) + timedelta(days=400))
    ask("pace", scheme=scheme)
    for _ in range(5):
        learner = UserFactory()
        claim = cme.open_claim(completion=make_completion(learner, course, completed_at=now()), at=now())
        assert claim.is_open

        def call(pk=claim.pk):
            return cme.call(claim=Claim.objects.get(pk=pk), at=now() + timedelta(days=2))

        assert at_once(call).count(True) == 1
        assert Email.objects.filter(to__contains=learner.email).count() == 1


# ---- killed between row and message --------------------------------------------------------------------------------
SETUP = """
from datetime import timedelta
from certificates.issuing.cme.actions import open_claim
from certificates.issuing.models import Claim
from portal.core.clock import now
from tests.certificates.factories import make_completion
from tests.certificates.schemes import accredit, ask, make_scheme
from tests.certificates.transcripts import issued
from tests.factories import UserFactory
from tests.pages import make_course, make_site
at = now()
course = make_course(make_site(), code="R", modules=1, lessons=1)
scheme = make_scheme("ecmec", needs_evaluation=True)
accredit(scheme, course, valid_to=at.date() + timedelta(days=400))
ask("pace", scheme=scheme)
ends = at.date() + timedelta(days=50)
issued(UserFactory(email="holder@example.org"), at - timedelta(days=300), expires_on=ends, of={"course": course})
open_claim(completion=make_completion(UserFactory(email="learner@example.org"), course, completed_at=at), at=at)
Claim.objects.update(opened_at=at - timedelta(days=2))
"""

STATE = """
import json
from certificates.compliance.models import Reminder
from certificates.issuing.models import Claim
from post_office.models import Email
print(json.dumps({
    "reminder.after_row": [
        Reminder.objects.count(), Email.objects.filter(to__contains="holder@example.org").count()
    ],
    "claim.after_call": [
        Claim.objects.exclude(called_at=None).count(), Email.objects.filter(to__contains="learner@example.org").count()
    ],
}))
"""

SWEEP = """
from {module} import {task}
from portal.core.tasks import enqueue
enqueue({task})
"""


@pytest.fixture(scope="module")
def live():
    portal = LivePortal("services")
    try:
        portal.prepare(demo=False)
        portal.ask(SETUP)
        yield portal
    finally:
        portal.stop()


@pytest.mark.parametrize(
    ("point", "module", "task"),
    [
        ("reminder.after_row", "certificates.compliance.tasks", "remind"),
        ("claim.after_call", "certificates.issuing.tasks", "call_learners"),
    ],
)
def test_fault_76_killed_between_row_and_message_she_is_told_by_the_next_sweep_once(live, point, module, task):
    def state():
        return json.loads(live.ask(STATE).strip().splitlines()[-1])[point]

    live.start("worker", FAILPOINTS=point)
    live.ask(SWEEP.format(module=module, task=task))
    live.wait_until(
        lambda: "SIGKILL" in live.log("worker") or "signal 9" in live.log("worker"), "the worker's child was killed"
    )
    live.kill("worker")
    assert state() == [0, 0], "neither of the two"
    live.start("worker")
    for _ in range(2):
        live.ask(SWEEP.format(module=module, task=task))
    live.wait_until(lambda: state() == [1, 1], "she is told")
    live.wait_until(lambda: live.log("worker").count(f"{module}.{task}") >= 4, "both sweeps have run")
    assert state() == [1, 1]
    live.kill("worker")
