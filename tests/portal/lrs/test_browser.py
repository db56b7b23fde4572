"""The statement browser: the list, and what an administrator looks for."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.core.clock import now
from portal.lrs.actions import store_statements
from portal.lrs.auth import local_authority
from portal.lrs.identity import account_of
from portal.lrs.listing import PER_PAGE
from portal.lrs.models import Statement
from tests.factories import NOON, UserFactory
from tests.portal.lrs.samples import ANNA, BEN, DID, new_id, statement, voiding
from tests.portal.lrs.seen import found, page_of, words

pytestmark = pytest.mark.django_db
HIKE = "https://example.org/activities/hike"
ATTENDED = {"id": "http://adlnet.gov/expapi/verbs/attended", "display": {"de": "nahm teil an", "en": "attended"}}


def test_nothing_stored_yet(desk):
    assert "No statement yet" in page_of(desk).get_text()


def test_the_sentence_in_words_with_time_and_source(desk, credential_for, alice):
    lms = credential_for(tenant="Donau")
    with time_machine.travel(NOON, tick=False):
        lms.post(
            statement(
                actor={"mbox": "mailto:alice@example.org"},
                verb=ATTENDED,
                object={"id": HIKE, "definition": {"name": {"de": "Wanderung", "en": "A hike"}}},
                result={"score": {"scaled": 0.875, "raw": 7, "max": 8}, "success": True, "duration": "PT1H5M"},
            )
        )
    row = page_of(desk).select_one("tbody tr")
    told = "Alice Huber attended A hike (score 87.5 %, 7 of 8 points, successful, took 1 h 5 min)"
    assert told in words(row)
    assert "24/11/2026 13:00 CET" in words(row)
    assert "a client ( Donau )" in words(row)
    desk.cookies[settings.LANGUAGE_COOKIE_NAME] = "de"
    assert "Alice Huber nahm teil an Wanderung" in words(page_of(desk).select_one("tbody tr"))


def test_answers_are_told_in_the_words_of_the_question(desk, keep):
    definition = {
        "type": "http://adlnet.gov/expapi/activities/cmi.interaction",
        "interactionType": "choice",
        "choices": [{"id": "a", "description": {"en": "Lead"}}, {"id": "b", "description": {"en": "Distance"}}],
    }
    keep(object={"id": HIKE, "definition": definition}, result={"response": "b[,]a"})
    assert "Answer: Distance; Lead" in words(page_of(desk).select_one("tbody tr"))


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ({"objectType": "StatementRef", "id": "8c2b1f6e-6d3a-4b53-9d0e-2a6f1f0c9b11"}, "the statement 8c2b1f6e"),
        ({"objectType": "Agent", "openid": "https://id.example.org/mia"}, "https://id.example.org/mia"),
        ({"objectType": "Group", "member": [ANNA, BEN]}, "a group of 2 people"),
        (
            {"objectType": "SubStatement", "actor": BEN, "verb": {"id": DID}, "object": {"id": HIKE}},
            f"ben (https://lms.example.org) experienced {HIKE}",
        ),
    ],
)
def test_every_kind_of_object_is_told(desk, keep, what, said):
    uuid = keep(object=what)
    assert said in words(page_of(desk).select_one("tbody tr"))
    assert said in words(page_of(desk, f"/records/{uuid}/").select_one(".lead"))


def test_texts_from_outside_are_text_and_keep_to_themselves(desk, keep):
    uuid = keep(actor={**ANNA, "name": "<script>alert(1)</script>\u202eevil"}, result={"response": "<b>"})
    for path in ("/records/", f"/records/{uuid}/"):
        page = page_of(desk, path)
        assert not page.select("main script, main b")
        assert "<script>alert(1)</script>" in page.select_one("main bdi").get_text()
    shown = page_of(desk, f"/records/{uuid}/").select_one("pre").get_text()
    assert "\u202e" not in shown
    assert json.loads(shown)["actor"]["name"].endswith("\u202eevil")


def test_pages_go_on_from_the_last_statement_whatever_comes_meanwhile(desk, lms):
    lms.post([statement(id=new_id()) for _ in range(2 * PER_PAGE + 1)])
    ids = [str(uuid) for uuid in Statement.objects.order_by("-stored", "-pk").values_list("uuid", flat=True)]
    seen, address = [], "/records/?verb=&voided=on"
    while address:
        page = page_of(desk, address)
        seen += [link["href"].split("/")[2] for link in page.select("tbody td:first-child a")]
        lms.post(statement())
        following = page.select_one(".pager a[rel=next]")
        address = following and "/records/" + following["href"]
        assert not address or "voided=on" in address
    assert seen == ids


def test_a_place_in_the_list_that_is_not_ours_is_said_to_be(desk, keep):
    keep()
    page = page_of(desk, status=400, after="no-token", voided="on")
    assert "no longer known" in page.select_one("main").get_text()
    assert page.select_one("main p > a.button")["href"] == "?voided=on"


def test_the_list_costs_no_more_for_many_than_for_few(desk, lms, alice):
    def asked():
        with CaptureQueriesContext(connection) as queries:
            page_of(desk)
        return len(queries)

    lms.post(statement(actor=account_of(alice)))
    page_of(desk)
    few = asked()
    others = [UserFactory() for _ in range(10)]
    lms.post([statement(actor=account_of(each), object={"id": f"{HIKE}/{each.pk}"}) for each in others])
    assert asked() <= few


@pytest.mark.parametrize("text", ["huber", "ALICE@example.org", "Alice"])
def test_a_person_of_the_portal_is_found_by_all_her_identifiers(desk, keep, alice, text):
    by_account, by_mail = keep(actor=account_of(alice)), keep(actor={"mbox": "mailto:alice@example.org"})
    keep()
    beside = keep(context={"instructor": {"mbox": "mailto:alice@example.org"}})
    assert found(desk, person=text) == [by_mail, by_account]
    assert found(desk, person=text, related_agents="on") == [beside, by_mail, by_account]


@pytest.mark.parametrize(
    ("agent", "text"),
    [
        (ANNA, "mailto:anna@example.org"),
        (ANNA, "anna@EXAMPLE.org"),
        (BEN, "https://lms.example.org ben"),
        (BEN, json.dumps(BEN)),
        ({"mbox_sha1sum": "ab" * 20}, "AB" * 20),
        ({"openid": "https://id.example.org/mia"}, "https://id.example.org/mia"),
    ],
)
def test_an_agent_is_found_by_one_identifier(desk, keep, agent, text):
    keep(actor={"mbox": "mailto:other@example.org"})
    uuid = keep(actor=agent)
    assert found(desk, person=f" {text} ") == [uuid]


def test_a_name_that_fits_several_offers_them(desk, keep, alice):
    other = UserFactory(name="Alicia Huber", email="alicia@example.org")
    keep(actor=account_of(alice))
    wanted = keep(actor=account_of(other))
    page = page_of(desk, status=400, person="huber", voided="on")
    assert "Several people fit" in words(page.select_one(".error-summary"))
    assert page.select_one("input[name=person]")["value"] == "huber"
    links = {link.get_text(): link["href"] for link in page.select("#offered-title + ul a")}
    assert set(links) == {"Alice Huber", "Alicia Huber"}
    assert found(desk, f"/records/{links['Alicia Huber']}") == [wanted]


def test_by_verb_activity_and_registration(desk, keep):
    registration = str(uuid4())
    verb = keep(verb=ATTENDED)
    passed = keep(verb={"id": "http://adlnet.gov/expapi/verbs/passed"})
    elsewhere = keep(
        object={"id": f"{HIKE}/2"},
        context={"registration": registration, "contextActivities": {"parent": {"id": f"{HIKE}/3"}}},
    )
    assert found(desk, other_verb=ATTENDED["id"]) == [verb]
    assert found(desk, verb="http://adlnet.gov/expapi/verbs/passed") == [passed]
    assert found(desk, activity=HIKE) == [passed, verb]
    assert found(desk, activity=f"{HIKE}/3", related_activities="on") == [elsewhere]
    assert found(desk, registration=registration) == [elsewhere]
    assert "Nothing found" in page_of(desk, activity=f"{HIKE}/3").get_text()


def test_by_time_of_the_portal(desk, keep):
    with time_machine.travel(NOON, tick=False):
        early = keep()
    with time_machine.travel(NOON + timedelta(hours=1), tick=False):
        late = keep()
    assert found(desk, until="2026-11-24T13:00") == [early]
    assert found(desk, since="2026-11-24T13:00") == [late]
    assert found(desk, since="2026-11-24T12:59", until="2026-11-24T14:00") == [late, early]


def test_by_source(desk, credential_for, alice):
    one = credential_for(tenant="Donau")
    two = credential_for({"mbox": "mailto:two@example.org"})
    first = one.post(statement()).json()[0]
    second = two.post(statement()).json()[0]
    own = store_statements([statement(actor=account_of(alice))], authority=local_authority(), at=now(), own=True)
    assert found(desk, source="portal") == [str(own[0])]
    assert found(desk, source="tenant:Donau") == [first]
    assert found(desk, source=f"credential:{two.credential.pk}") == [second]
    assert {each["value"] for each in page_of(desk).select("select[name=source] option")} == {
        "",
        "portal",
        "tenant:Donau",
        f"credential:{one.credential.pk}",
        f"credential:{two.credential.pk}",
    }


def test_voided_ones_when_asked(desk, lms, keep):
    uuid = keep()
    by = lms.post(voiding(uuid)).json()[0]
    assert found(desk) == [by]
    assert found(desk, voided="on") == [by, uuid]


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        ("person", "Nobody Here", "Nobody with an account here is called so"),
        ("person", "mailto:anna", "is not an e-mail address"),
        ("person", '{"mbox": "anna@example.org"}', "Write an agent such as"),
        ("person", '{"mbox": ', "Write an agent such as"),
        ("activity", "hike", "It begins with a scheme"),
        ("other_verb", "attended", "It begins with a scheme"),
        ("registration", "12", "valid UUID"),
        ("since", "yesterday", "valid date/time"),
        ("source", "credential:999", "valid choice"),
        ("verb", "http://example.org/x", "valid choice"),
    ],
)
def test_what_cannot_be_looked_for_names_the_field_and_is_kept(desk, keep, name, text, fault):
    keep()
    page = page_of(desk, status=400, **{name: text})
    control = page.select_one(f"[name={name}]")
    summary = page.select_one(f".error-summary a[href='#{control['id']}']")
    assert fault in summary.get_text()
    assert control.name == "select" or control["value"] == text
    assert page.select_one("details[open] form")
    assert not page.select("table")


def test_two_verbs_and_an_end_before_the_beginning_are_refused(desk):
    passed = "http://adlnet.gov/expapi/verbs/passed"
    summary = page_of(
        desk, status=400, verb=passed, other_verb=passed, since="2026-11-24T13:00", until="2026-11-24T12:00"
    ).select_one(".error-summary")
    assert "not both" in summary.get_text()
    assert "not after the beginning" in summary.get_text()
