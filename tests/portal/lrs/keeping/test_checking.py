"""``verify_statements``: whatever is spoiled shows, by its uuid and without a word of what it says."""

import io
import json

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from structlog.testing import capture_logs

from courses.learning.models import Completion, Enrolment, StepProgress
from courses.quizzes.models import Attempt
from portal.lrs.keeping import checking
from portal.lrs.keeping.tasks import check_statements
from portal.lrs.models import (
    Attachment,
    AttachmentData,
    AttachmentPiece,
    Check,
    Reference,
    RelatedActivity,
    RelatedAgent,
    Statement,
    StatementId,
)
from portal.lrs.vocabulary import PASSED
from tests.portal.lrs.keeping.told import kinds, verified
from tests.portal.lrs.parts import MIXED, TEXT, attachment, data_piece, json_piece, mixed
from tests.portal.lrs.samples import BEN, statement, voiding

pytestmark = pytest.mark.django_db
AROUND = {"contextActivities": {"parent": [{"id": "https://example.org/trip"}]}, "instructor": BEN}


@pytest.fixture
def stored(lms):
    """One statement with all that stands beside it."""
    sent = statement(context=AROUND, attachments=[attachment(TEXT)])
    answer = lms.post(mixed(json_piece(sent), data_piece(TEXT)), MIXED)
    assert answer.status_code == 200, answer.content
    return answer.json()[0]


def test_a_store_in_use_has_no_findings(lms, stored, passed, credential_for):
    later = credential_for(version="2.0.0")
    assert later.post(statement(context={"contextAgents": [{"objectType": "contextAgent", "agent": BEN}]})).status_code
    assert lms.post([voiding(stored), statement(object={"objectType": "Agent", **BEN})]).status_code == 200
    assert verified() == []
    assert (Check.objects.first().findings, Check.objects.first().statements) == (0, Statement.objects.count())


def spoil_text():
    Statement.objects.update(body=Statement.objects.get().body.replace("anna", "otto"))


def spoil_json():
    Statement.objects.update(body="anna@example.org {")


def spoil_data():
    AttachmentPiece.objects.update(content=b"anna")


SPOILED = {
    "text": (spoil_text, {"digest", "index"}),
    "no JSON": (spoil_json, {"digest", "body"}),
    "no statement": (lambda: Statement.objects.update(body="[]"), {"digest", "body"}),
    "digest": (lambda: Statement.objects.update(sha256=b"0" * 32), {"digest"}),
    "verb": (lambda: Statement.objects.update(verb="https://example.org/other"), {"index"}),
    "actor": (lambda: Statement.objects.update(actor="mailto:anna@example.com"), {"index"}),
    "activity": (lambda: Statement.objects.update(activity=""), {"index"}),
    "authority": (lambda: Statement.objects.update(authority="mailto:a@example.com"), {"index"}),
    "lost agents": (lambda: RelatedAgent.objects.all().delete(), {"index"}),
    "lost activities": (lambda: RelatedActivity.objects.all().delete(), {"index"}),
    "other flag": (lambda: RelatedAgent.objects.update(direct=True), {"index"}),
    "id of another": (lambda: StatementId.objects.update(statement=10**6), {"id"}),
    "no id": (lambda: StatementId.objects.all().delete(), {"id"}),
    "voided by nobody": (lambda: Statement.objects.update(voided=True), {"voided"}),
    "data lost": (lambda: Attachment.objects.all().delete(), {"attachment"}),
    "data changed": (spoil_data, {"attachment"}),
    "data cut": (lambda: AttachmentData.objects.update(size=1), {"attachment"}),
}


@pytest.mark.parametrize(("spoil", "expected"), SPOILED.values(), ids=SPOILED)
def test_what_is_spoiled_is_found_and_told_without_personal_data(stored, spoil, expected):
    assert verified() == []
    spoil()
    found = verified()
    assert {each["kind"] for each in found} == expected
    assert "anna" not in json.dumps(found)


def test_a_statement_that_is_gone_is_missed(stored):
    Statement.objects.all()._raw_delete("default")
    assert (stored, "id") in kinds()


def test_a_voided_statement_that_is_not_marked(lms, stored):
    lms.post(voiding(stored))
    Statement.objects.update(voided=False)
    assert kinds() == [(stored, "voided")]


def test_what_older_rules_let_in_is_a_remark_and_no_fault(stored):
    from hashlib import sha256

    row = Statement.objects.get()
    body = json.dumps({**json.loads(row.body), "note": "anna"}, separators=(",", ":"))
    Statement.objects.update(body=body, sha256=sha256(body.encode()).digest())
    (found,) = verified()
    assert (found["kind"], found["is_remark"]) == ("rules", True)


@pytest.mark.parametrize("name", ["verb", "lost agents", "lost activities", "other flag"])
def test_repair_makes_index_rows_anew_and_nothing_else(lms, stored, name):
    before = Statement.objects.values().get()
    SPOILED[name][0]()
    assert all(each["is_repaired"] for each in verified("--repair"))
    assert verified() == []
    assert Statement.objects.values().get() == before
    assert lms.ids(agent=BEN, related_agents="true") == [stored]


def test_repair_trusts_no_text_that_was_changed(stored):
    spoil_text()
    assert {each["kind"] for each in verified("--repair")} == {"digest", "index"}
    assert Statement.objects.get().actor == "mailto:anna@example.org"


def test_repair_brings_references_back(lms, stored):
    lms.post(voiding(stored))
    Reference.objects.all().delete()
    assert {kind for _, kind in kinds()} == {"index", "voided"}
    verified("--repair")
    assert verified() == []


UNTOLD = {
    "enrolment": (lambda: Statement.objects.own().all().delete(), "fact"),
    "attempt": (lambda: Statement.objects.own().filter(verb=PASSED).update(voided=True), "fact"),
    "step": (lambda: StepProgress.objects.all().delete(), "fact"),
    "completion": (lambda: Completion.objects.all().delete(), "fact"),
}


@pytest.mark.parametrize(("lose", "kind"), UNTOLD.values(), ids=UNTOLD)
def test_facts_of_the_portal_that_no_statement_tells_are_found(passed, lose, kind):
    assert verified() == []
    lose()
    names = {each["name"] for each in verified() if each["kind"] == kind}
    assert str(Enrolment.objects.get().uuid) in names


def test_an_attempt_that_no_statement_tells_is_found(passed):
    Statement.objects.own().filter(verb=PASSED).delete()
    assert (str(Attempt.objects.get().uuid), "fact") in kinds()


def test_one_line_a_finding_and_an_exit_that_says_so(stored, capsys):
    Statement.objects.update(verb="https://example.org/other")
    with pytest.raises(CommandError, match="1 findings in 1 statements"):
        call_command("verify_statements")
    assert capsys.readouterr().out == f"{stored} index: verb not as the text says\n"


def test_progress_is_told_where_it_is_asked_for(stored):
    err = io.StringIO()
    call_command("verify_statements", verbosity=2, stderr=err, stdout=io.StringIO())
    assert err.getvalue() == "1 statements looked at\n"


def test_the_nightly_check_raises_an_alarm_only_on_findings(stored):
    with capture_logs() as quiet:
        check_statements()
    assert quiet == []
    Statement.objects.update(verb="https://example.org/other")
    with capture_logs() as loud, time_machine.travel("2026-12-01 03:00Z", tick=False):
        check_statements()
    assert [(each["log_level"], each["findings"], each["first"]) for each in loud] == [
        ("error", 1, [f"{stored} index"])
    ]
    assert "anna" not in json.dumps(loud)
    assert Check.objects.first().at.isoformat() == "2026-12-01T03:00:00+00:00"


def test_a_batch_asks_the_same_however_many_statements_are_in_it(lms):
    def asked():
        with CaptureQueriesContext(connection) as queries:
            verified()
        return len(queries)

    lms.post(statement())
    few = asked()
    lms.post([statement() for _ in range(40)])
    assert asked() == few
    assert checking.BATCH > 40
