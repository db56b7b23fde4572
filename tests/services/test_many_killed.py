"""Later editions and work on many certificates, killed in the middle: real workers on PostgreSQL and Redis."""

import json

import pytest

from tests.support.live import LivePortal
from tests.support.timestamping import StampService

pytestmark = pytest.mark.services

SETUP = """
from certificates.issuing.actions import issue
from portal.core.clock import now
from tests.certificates.factories import make_completion
from tests.factories import UserFactory
from certificates.issuing.models import Bulk, Certificate
Certificate.objects.filter(revoked_at=None).update(revoked_at=now())
Bulk.objects.all().delete()
for n in range({count}):
    completion = make_completion(UserFactory(name=f"Learner {{n}}"))
    if {issued}:
        issue(completion=completion, at=now())
"""

STATE = """
import json
from certificates.issuing.actions import damaged_files
from certificates.issuing.models import Bulk, Certificate, Edition
live = Certificate.objects.filter(revoked_at=None)
editions = Edition.objects.filter(certificate__in=live)
bulk = Bulk.objects.order_by("pk").last()
folder = {str(each.file.name).rsplit("/", 1)[0] for each in live if each.file}
storage = Certificate._meta.get_field("file").storage
kept = [name for each in folder for name in storage.listdir(each)[1] if any(name.startswith(str(c.uuid)) for c in live)]
print(json.dumps({
    "issued": live.issued().count(),
    "numbers": len(set(live.values_list("number", flat=True))),
    "stamped": live.exclude(stamped_at=None).count(),
    "editions": editions.count(),
    "files": len(kept),
    "damaged": len(damaged_files()),
    "bulk": bulk and [bulk.done, bulk.failed, bulk.total, bulk.ended_at is not None],
}))
"""

BEGIN = """
from certificates.issuing.bulk import ask
from certificates.issuing.tasks import work_on_many
from portal.core.clock import now
from portal.core.tasks import enqueue
enqueue(work_on_many, ask(kind="{kind}", course_code="", by=None, at=now()).pk)
"""

GO_ON = """
from datetime import timedelta
from django.db.models import F
from certificates.issuing import bulk
from certificates.issuing.models import Bulk
from certificates.issuing.tasks import sweep_bulk
Bulk.objects.update(beat_at=F("beat_at") - bulk.SILENCE * 2)  # the silence is over
sweep_bulk()
"""


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


@pytest.fixture
def stamps(tmp_path):
    """A time-stamp service, and the settings that name it."""
    service = StampService()
    path = tmp_path / "authorities.pem"
    path.write_text(service.authority)
    yield {"TIMESTAMP_URL": service.url, "TIMESTAMP_CERTIFICATES": str(path)}
    service.stop()


def state(live):
    return json.loads(live.ask(STATE).strip().splitlines()[-1])


def killed(live):
    live.wait_until(
        lambda: "SIGKILL" in live.log("worker") or "signal 9" in live.log("worker"), "the worker's child was killed"
    )
    live.kill("worker")


def ended(live):
    live.wait_until(lambda: state(live)["bulk"][3], "all of them are done")
    return state(live)


def test_fault_76_killed_while_a_time_stamp_is_added(live, stamps):
    live.ask(SETUP.format(count=2, issued=True))
    hand_over = (
        "from certificates.issuing.tasks import add_time_stamps\n"
        "from portal.core.tasks import enqueue\nenqueue(add_time_stamps)"
    )
    live.start("worker", FAILPOINTS="edition.after_file", **stamps)
    live.ask(hand_over)
    killed(live)
    between = state(live)
    assert (between["editions"], between["stamped"], between["damaged"]) == (0, 0, 0)
    live.start("worker", **stamps)
    live.ask(hand_over)
    live.wait_until(lambda: state(live)["stamped"] == 2, "both have their time stamp")
    after = state(live)
    assert (after["issued"], after["editions"], after["files"], after["damaged"]) == (2, 2, 4, 0)


@pytest.mark.parametrize("point", ["bulk.after_one", "certificate.after_file"])
def test_fault_76_killed_while_many_are_issued(live, point):
    live.ask(SETUP.format(count=4, issued=False))
    live.start("worker", FAILPOINTS=point)
    live.ask(BEGIN.format(kind="issue"))
    killed(live)
    live.start("worker")
    live.ask(GO_ON)
    after = ended(live)
    assert after["bulk"] == [4, 0, 4, True]
    assert (after["issued"], after["numbers"], after["files"], after["damaged"]) == (4, 4, 4, 0)


def test_fault_76_killed_while_many_are_signed_anew_with_a_renewed_key(live):
    """The worker that was started before the renewal signs with the new key."""
    live.ask(SETUP.format(count=3, issued=True))
    live.start("worker", FAILPOINTS="edition.after_file")
    live.ask("from django.core.management import call_command\ncall_command('renew_signing_key')")
    live.ask(BEGIN.format(kind="sign anew"))
    killed(live)
    live.start("worker")
    live.ask(GO_ON)
    after = ended(live)
    assert after["bulk"] == [3, 0, 3, True]
    assert (after["issued"], after["editions"], after["files"], after["damaged"]) == (3, 3, 6, 0)


RENEWED = """
import json
from django.core.management import call_command
from certificates.issuing.actions import original
from certificates.issuing.inspection import inspected
from certificates.issuing.models import Certificate, SigningKey
from certificates.issuing.tasks import issue_certificate
from portal.core.tasks import enqueue
from tests.certificates.factories import make_completion
{renew}
completion = make_completion()
enqueue(issue_certificate, completion.pk)
print(completion.pk)
"""

SIGNED_WITH = """
import json
from certificates.issuing.actions import original
from certificates.issuing.inspection import inspected
from certificates.issuing.models import Certificate, SigningKey
ours = list(SigningKey.objects.values_list("fingerprint", flat=True))
found = Certificate.objects.issued().filter(completion__in={completions}).order_by("pk")
print(json.dumps([[each.signing_key.fingerprint, str(inspected(original(each), ours))] for each in found]))
"""


def test_a_worker_takes_a_renewed_key_without_a_restart(live):
    live.start("worker")

    def signed(*completions):
        return json.loads(live.ask(SIGNED_WITH.format(completions=completions)).strip().splitlines()[-1])

    first = int(live.ask(RENEWED.format(renew="")).strip().splitlines()[-1])
    live.wait_until(lambda: len(signed(first, 0)) == 1, "the first is issued")
    second = int(live.ask(RENEWED.format(renew="call_command('renew_signing_key')")).strip().splitlines()[-1])
    live.wait_until(lambda: len(signed(first, second)) == 2, "the second is issued")
    (old, first_verdict), (new, second_verdict) = signed(first, second)
    assert old != new
    assert (first_verdict, second_verdict) == ("intact", "intact")
