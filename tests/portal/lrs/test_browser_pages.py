"""The statement browser: one statement, voiding it, one person, one activity, and who may."""

import json
from uuid import uuid4

import pytest
import time_machine
from allauth.account.models import EmailAddress
from bs4 import BeautifulSoup
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.audit.models import Entry
from portal.core.clock import now
from portal.lrs.actions import store_statements
from portal.lrs.auth import local_authority
from portal.lrs.identity import account_of
from portal.lrs.models import Statement
from tests.factories import NOON, UserFactory
from tests.portal.lrs.parts import MIXED, TEXT, attachment, data_piece, json_piece, mixed, sha2
from tests.portal.lrs.samples import ANNA, BEN, statement, voiding
from tests.portal.lrs.seen import found, page_of, words

pytestmark = pytest.mark.django_db
HIKE = "https://example.org/activities/hike"
ATTENDED = {"id": "http://adlnet.gov/expapi/verbs/attended", "display": {"de": "nahm teil an", "en": "attended"}}


def test_a_statement_taken_apart(desk, keep, alice):
    registration, other = str(uuid4()), keep()
    uuid = keep(
        actor={"objectType": "Group", "name": "Crew", "account": BEN["account"], "member": [account_of(alice)]},
        object={"id": HIKE, "definition": {"name": {"en": "A hike"}, "type": "https://example.org/kinds/walk"}},
        context={
            "registration": registration,
            "instructor": ANNA,
            "contextActivities": {"parent": [{"id": f"{HIKE}/tour"}]},
            "statement": {"objectType": "StatementRef", "id": other},
            "platform": "Alps",
        },
    )
    page = page_of(desk, f"/records/{uuid}/")
    parts = {(words(each.dt), words(dd)) for each in page.select(".definitions > div") for dd in each.select("dd")}
    assert {
        ("Actor", "Crew ben (https://lms.example.org)"),
        ("Actor: member", f"Alice Huber {alice.uuid} ({settings.PUBLIC_URL})"),
        ("Object", f"A hike {HIKE} (https://example.org/kinds/walk)"),
        ("Instructor", "anna@example.org"),
        ("Part of", f"{HIKE}/tour"),
        ("Platform", "Alps"),
        ("Source", "a client"),
        ("Id", uuid),
    } <= parts
    for link in page.select(".definitions a"):
        assert desk.get(link["href"]).status_code == 200, link
    assert uuid in found(desk, f"/records/?registration={registration}")
    assert json.loads(page.select_one("pre").get_text()) == json.loads(Statement.objects.get(uuid=uuid).body)
    assert uuid not in found(desk, f"/records/{other}/"), "context.statement is no reference as object"


def test_what_refers_to_a_statement_is_linked_both_ways(desk, keep):
    uuid = keep()
    comment = keep(object={"objectType": "StatementRef", "id": uuid}, verb={"id": "https://example.org/commented"})
    assert found(desk, f"/records/{uuid}/") == [comment]
    assert page_of(desk, f"/records/{comment}/").select_one(f".definitions a[href='/records/{uuid}/']")


def test_the_file_is_the_text_as_stored(desk, keep):
    uuid = keep()
    answer = desk.get(f"/records/{uuid}/statement.json")
    assert answer.content.decode() == Statement.objects.get(uuid=uuid).body
    assert answer["Content-Disposition"] == f'attachment; filename="{uuid}.json"'


def test_attachments_are_saved_and_never_shown(desk, lms):
    text = b"<script>alert(1)</script>" + TEXT
    told = attachment(text, contentType="text/html", display={"en": "Notes"})
    elsewhere = attachment(b"far", fileUrl="https://example.org/far.txt", display={"en": "Far"})
    body = mixed(json_piece(statement(attachments=[told, elsewhere])), data_piece(text, Content_Type="text/html"))
    uuid = lms.post(body, content_type=MIXED).json()[0]
    page = page_of(desk, f"/records/{uuid}/")
    rows = [words(row) for row in page.select("[aria-labelledby=attachments-caption] tbody tr")]
    assert rows == [f"Notes text/html {len(text)}\xa0bytes Save : Notes".replace("\xa0", " "), rows[1]]
    assert rows[1].endswith("kept elsewhere: https://example.org/far.txt")
    answer = desk.get(f"/records/{uuid}/attachments/{sha2(text)}/")
    assert answer.getvalue() == text
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment; ")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert desk.get(f"/records/{uuid}/attachments/{sha2(b'far')}/").status_code == 404
    other = lms.post(statement()).json()[0]
    assert desk.get(f"/records/{other}/attachments/{sha2(text)}/").status_code == 404


def test_a_statement_costs_as_much_with_many_parts_as_with_few(desk, keep, lms):
    def asked(uuid):
        with CaptureQueriesContext(connection) as queries:
            page_of(desk, f"/records/{uuid}/")
        return len(queries)

    short = keep(actor=account_of(UserFactory()))
    lms.post([statement(object={"objectType": "StatementRef", "id": short}, actor=account_of(UserFactory()))])
    crew = [account_of(UserFactory()) for _ in range(8)]
    long = keep(actor={"objectType": "Group", "member": crew})
    refer = {"objectType": "StatementRef", "id": long}
    lms.post([statement(object=refer, actor=each) for each in crew])
    page_of(desk)
    assert asked(long) == asked(short)


def test_unknown_statements_are_404(desk):
    for path in ("", "statement.json", "void/", "attachments/00/"):
        assert desk.get(f"/records/{uuid4()}/{path}").status_code == 404


def test_voiding_leaves_a_statement_an_entry_and_a_mark(desk, dora, lms, keep):
    uuid = keep()
    assert page_of(desk, f"/records/{uuid}/").select_one(f"a[href='/records/{uuid}/void/']")
    answer = desk.post(f"/records/{uuid}/void/", {"reason": "trial"}, follow=True)
    page = BeautifulSoup(answer.content, "html.parser")
    assert "The statement is voided." in page.select_one("#messages").get_text()
    by = Statement.objects.get(target=uuid)
    told = json.loads(by.body)
    assert by.own
    assert told["actor"] == account_of(dora)
    assert told["context"]["extensions"] == {f"{settings.PUBLIC_URL}/xapi/extensions/reason": "trial"}
    assert page.select_one(f".notice a[href='/records/{by.uuid}/']")
    entry = Entry.objects.get(verb="voided statement")
    assert (entry.actor_id, entry.target_id, entry.data["reason"]) == (dora.pk, uuid, "trial")
    assert lms.get(statementId=uuid).status_code == 404
    assert lms.get(voidedStatementId=uuid).status_code == 200


def test_voiding_asks_for_a_reason(desk, keep):
    uuid = keep()
    answer = desk.post(f"/records/{uuid}/void/", {"reason": "because"})
    assert answer.status_code == 422
    assert not Statement.objects.get(uuid=uuid).voided


def test_what_is_voided_what_voids_and_own_facts_are_not_voided_here(desk, keep, alice):
    uuid = keep()
    desk.post(f"/records/{uuid}/void/", {"reason": "wrong"})
    own = store_statements([statement(actor=account_of(alice))], authority=local_authority(), at=now(), own=True)
    for each in (uuid, Statement.objects.get(target=uuid).uuid, own[0]):
        assert not page_of(desk, f"/records/{each}/").select_one(f"a[href='/records/{each}/void/']")
        assert desk.post(f"/records/{each}/void/", {"reason": "wrong"}).status_code == 404
    assert Statement.objects.filter(voided=True).count() == 1
    assert Entry.objects.filter(verb="voided statement").count() == 1


def test_everything_of_a_person_with_counts(desk, lms, keep, alice):
    with time_machine.travel(NOON, tick=False):
        first = keep(actor=account_of(alice), verb=ATTENDED)
    second = keep(actor={"mbox": "mailto:alice@example.org"}, verb=ATTENDED)
    third = keep(actor=account_of(alice))
    beside = keep(context={"team": {"objectType": "Group", "member": [account_of(alice)]}})
    lms.post(voiding(third))
    page = page_of(desk, "/records/person/", person=alice.uuid)
    assert page.h1.get_text(strip=True) == "Alice Huber"
    (row,) = page.select("[aria-labelledby=verbs-caption] tbody tr")
    assert words(row).startswith("attended 2 24/11/2026 13:00 CET ")
    ids = found(desk, "/records/person/", person=alice.uuid)
    assert ids[-4:] == [beside, third, second, first]
    assert str(Statement.objects.get(target=third).uuid) == ids[0]


def test_everything_of_an_agent_and_who_that_is(desk, keep, alice):
    agent = {"mbox": "mailto:alice@example.org"}
    uuid = keep(actor={**agent, "name": "Ally"})
    keep(actor=account_of(alice))
    page = page_of(desk, "/records/person/", agent=json.dumps(agent))
    assert page.h1.get_text(strip=True) == "Ally"
    assert found(desk, "/records/person/", agent=json.dumps(agent)) == [uuid]
    assert page.select_one(".definitions a")["href"] == f"?person={alice.uuid}"
    EmailAddress.objects.update(verified=False)
    assert not page_of(desk, "/records/person/", agent=json.dumps(agent)).select(".definitions a")


def test_everything_of_an_activity(desk, keep):
    keep(object={"id": HIKE, "definition": {"name": {"en": "Old"}, "description": {"en": "Long ago."}}})
    keep(object={"id": HIKE, "definition": {"name": {"en": "New", "de": "Neu"}}}, verb=ATTENDED)
    beside = keep(object={"id": f"{HIKE}/2"}, context={"contextActivities": {"grouping": [{"id": HIKE}]}})
    page = page_of(desk, "/records/activity/", id=HIKE)
    assert page.h1.get_text(strip=True) == "New"
    said = words(page.select_one(".definitions"))
    assert "Name (de) Neu" in said
    assert "Long ago." in said
    assert len(page.select("[aria-labelledby=verbs-caption] tbody tr")) == 2
    assert found(desk, "/records/activity/", id=HIKE)[0] == beside


def test_person_and_activity_cost_as_much_for_many_as_for_few(desk, lms, alice):
    def asked(path, **given):
        page_of(desk, path, **given)
        with CaptureQueriesContext(connection) as queries:
            page_of(desk, path, **given)
        return len(queries)

    def both():
        return asked("/records/person/", person=alice.uuid), asked("/records/activity/", id=HIKE)

    lms.post(statement(actor=account_of(alice)))
    few = both()
    for n in range(8):
        verb = {"id": f"https://example.org/verbs/{n}"}
        lms.post(statement(actor=account_of(alice), verb=verb, context={"instructor": account_of(UserFactory())}))
    assert both() == few


@pytest.mark.parametrize(
    ("path", "given"),
    [
        ("person", {}),
        ("person", {"person": "x"}),
        ("person", {"person": "8c2b1f6e-6d3a-4b53-9d0e-2a6f1f0c9b11"}),
        ("person", {"agent": "{}"}),
        ("person", {"agent": "anna"}),
        ("activity", {}),
        ("activity", {"id": "hike"}),
    ],
)
def test_views_of_nothing_are_404(desk, path, given):
    assert desk.get(f"/records/{path}/", given).status_code == 404


def test_people_and_activities_nobody_told_of(desk, alice):
    assert "No statement names this person" in page_of(desk, "/records/person/", person=alice.uuid).get_text()
    assert "No statement names this activity" in page_of(desk, "/records/activity/", id=HIKE).get_text()


def test_fault_53_nobody_but_administrators_gets_in(keep, alice, bob):
    uuid = keep(actor=account_of(alice))
    agent = json.dumps(ANNA)
    paths = ["", f"{uuid}/", f"{uuid}/statement.json", f"{uuid}/void/", f"{uuid}/attachments/00/"]
    paths += [f"person/?person={alice.uuid}", f"person/?agent={agent}", f"activity/?id={HIKE}"]
    for path in paths:
        assert Client().get(f"/records/{path}").url.startswith("/account/login/")
        for somebody in (alice, bob):
            client = Client()
            client.force_login(somebody)
            assert client.get(f"/records/{path}").status_code == 404
            assert client.post(f"/records/{path}", {"reason": "wrong"}).status_code == 404
    assert not Statement.objects.get(uuid=uuid).voided
