"""Everything recorded about me: a person sees what the store holds of her, and nothing else."""

import base64
import json
from hashlib import sha1
from uuid import uuid4

import pytest
from allauth.account.models import EmailAddress
from bs4 import BeautifulSoup
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.lrs.identity import account_of
from portal.lrs.listing import PER_PAGE
from portal.lrs.models import Statement
from tests.factories import UserFactory
from tests.portal.lrs.samples import ANNA, new_id, statement, voiding

pytestmark = pytest.mark.django_db
MAIL = {"mbox": "mailto:alice@example.org"}
HIKE = "https://example.org/activities/hike"


@pytest.fixture
def mine(alice):
    """Alice's browser."""
    client = Client()
    client.force_login(alice)
    return client


def page_of(client, path="/account/records/"):
    answer = client.get(path)
    assert answer.status_code == 200
    return BeautifulSoup(answer.content, "html.parser")


def listed(client):
    links = page_of(client).select("td a[download]")
    return [link["href"].rpartition("/")[2].removesuffix(".json") for link in links]


def lines_of(client):
    answer = client.get("/account/records/everything.jsonl")
    assert answer.status_code == 200
    assert answer["Content-Disposition"] == 'attachment; filename="records.jsonl"'
    return [json.loads(line) for line in answer.getvalue().decode().splitlines()]


def saved(client):
    return [line["statement"]["id"] for line in lines_of(client) if "statement" in line]


@pytest.fixture
def about_alice(keep, alice):
    """From everywhere, by every identifier, in every part of a statement; in the order of storing."""
    other = {"mbox": "mailto:other@example.org"}
    hashed = {"mbox_sha1sum": sha1(b"mailto:alice@example.org").hexdigest()}
    inner = {"objectType": "SubStatement", "actor": MAIL, "verb": {"id": HIKE}, "object": {"id": HIKE}}
    return [
        keep(actor=account_of(alice)),
        keep(actor=MAIL),
        keep(actor=hashed),
        keep(actor=other, object={"objectType": "Agent", **MAIL}),
        keep(actor=other, context={"instructor": hashed}),
        keep(actor=other, context={"team": {"objectType": "Group", "member": [account_of(alice)]}}),
        keep(actor={"objectType": "Group", "member": [ANNA, MAIL]}),
        keep(actor=other, object=inner),
    ]


def test_her_statements_from_everywhere_and_no_others(mine, keep, about_alice):
    keep()
    assert listed(mine) == about_alice[::-1]
    assert saved(mine) == about_alice


def test_each_is_told_in_words_with_who_told_it(mine, keep):
    keep(actor={**MAIL, "name": "A. H."}, verb={"id": HIKE, "display": {"en": "walked"}})
    row = page_of(mine).select_one("tbody tr").get_text(" ", strip=True)
    assert f"Alice Huber walked {HIKE}" in " ".join(row.split())
    assert "a client" in row


def test_others_are_named_only_as_the_statement_names_them(mine, keep, bob):
    keep(actor=account_of(bob), object={"objectType": "Agent", **MAIL})
    keep(actor={"mbox": f"mailto:{bob.email}"}, object={"objectType": "Agent", **MAIL})
    page = page_of(mine).select_one("main").get_text()
    assert "Bob Berger" not in page
    assert str(bob.uuid) not in page
    assert "somebody with an account here" in page
    assert "Other people appear only as they stand in a statement about you" in page


def test_voided_ones_are_kept_marked_and_told_with_what_voids_them(mine, lms, keep):
    uuid = keep(actor=MAIL)
    by = lms.post(voiding(uuid)).json()[0]
    assert listed(mine) == [by, uuid]
    assert [badge.get_text(strip=True) for badge in page_of(mine).select("tbody .badge")] == ["voided"]
    assert [line["voided"] for line in lines_of(mine)] == [True, False]
    assert mine.get(f"/account/records/{by}.json").status_code == 200


def test_the_json_of_her_own_only(mine, keep, about_alice):
    for uuid in about_alice:
        answer = mine.get(f"/account/records/{uuid}.json")
        assert answer.content.decode() == Statement.objects.get(uuid=uuid).body
        assert answer["Content-Disposition"].startswith("attachment")
    for uuid in (keep(), str(uuid4())):
        assert mine.get(f"/account/records/{uuid}.json").status_code == 404


def test_an_address_that_she_only_claims_shows_nothing(keep, mine, alice):
    boss = keep(actor={"mbox": "mailto:boss@example.org"})
    EmailAddress.objects.create(user=alice, email="boss@example.org", verified=False)
    assert listed(mine) == saved(mine) == []
    assert mine.get(f"/account/records/{boss}.json").status_code == 404
    EmailAddress.objects.filter(email="boss@example.org").update(verified=True)
    assert listed(mine) == [boss]


def test_two_people_and_nothing_crosses(mine, keep, about_alice):
    eve = UserFactory(email="eve@example.org")
    client = Client()
    client.force_login(eve)
    hers = keep(actor={"mbox": "mailto:eve@example.org"})
    assert listed(client) == saved(client) == [hers]
    assert hers not in listed(mine)
    for uuid in about_alice:
        assert client.get(f"/account/records/{uuid}.json").status_code == 404


def test_pages_go_on_and_each_statement_stands_once(mine, lms, alice):
    """One that names her twice, by two identifiers, is one."""
    twice = {"actor": account_of(alice), "object": {"objectType": "Agent", **MAIL}}
    ids = lms.post([statement(id=new_id(), **twice) for _ in range(PER_PAGE + 3)]).json()
    page = page_of(mine)
    first = page.select("td a[download]")
    second = page_of(mine, "/account/records/" + page.select_one("a[rel=next]")["href"]).select("td a[download]")
    seen = [link["href"].rpartition("/")[2].removesuffix(".json") for link in [*first, *second]]
    assert seen == ids[::-1]
    assert mine.get("/account/records/?after=x").status_code == 400
    assert saved(mine) == ids


def test_the_file_holds_all_of_many(mine, lms, monkeypatch):
    monkeypatch.setattr("portal.lrs.listing._STREAM", 7)
    ids = lms.post([statement(id=new_id(), actor=MAIL) for _ in range(30)]).json()
    assert saved(mine) == ids


def test_documents_are_in_the_file(mine, lms, alice):
    state = {"activityId": HIKE, "agent": MAIL, "stateId": "bookmark"}
    profile = {"agent": account_of(alice), "profileId": "likes"}
    lms.send("PUT", "activities/state", {"page": 7}, **state)
    lms.send("PUT", "activities/state", b"\x00\xff", "application/octet-stream", **{**state, "stateId": "raw"})
    lms.send("PUT", "activities/state", b"{broken", **{**state, "stateId": "broken"})
    lms.send("PUT", "agents/profile", {"dark": True}, headers={"If-None-Match": "*"}, **profile)
    lms.send("PUT", "activities/state", {"secret": 1}, **{**state, "agent": ANNA})
    told = {line["document"]["id"]: line["document"] for line in lines_of(mine)}
    assert set(told) == {"bookmark", "raw", "broken", "likes"}
    assert (told["bookmark"]["kind"], told["bookmark"]["activity"]) == ("state", HIKE)
    assert told["bookmark"]["content"] == {"page": 7}
    assert told["likes"]["content"] == {"dark": True}
    assert base64.b64decode(told["raw"]["base64"]) == b"\x00\xff"
    assert base64.b64decode(told["broken"]["base64"]) == b"{broken"


def test_nothing_recorded_yet(mine):
    page = page_of(mine)
    assert "Nothing is recorded about you" in page.get_text()
    assert page.select_one(".settings__nav a[aria-current=page]").get_text() == "Recorded about me"
    assert lines_of(mine) == []


def test_the_list_costs_as_much_for_many_as_for_few(mine, lms, alice):
    def asked():
        page_of(mine)
        with CaptureQueriesContext(connection) as queries:
            page_of(mine)
        return len(queries)

    lms.post(statement(actor=MAIL))
    few = asked()
    lms.post([statement(actor=account_of(alice), context={"instructor": ANNA}) for _ in range(15)])
    assert asked() == few


def test_only_signed_in_and_never_kept_by_a_cache(mine, keep):
    uuid = keep(actor=MAIL)
    for path in ("", f"{uuid}.json", "everything.jsonl"):
        assert Client().get(f"/account/records/{path}").url.startswith("/account/login/")
        assert mine.get(f"/account/records/{path}")["Cache-Control"] == "private, no-store"
