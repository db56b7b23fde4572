"""The page of keeping order: for administrators, with rules that can be made, counted and removed."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.core.clock import now
from portal.lrs.keeping import hours
from portal.lrs.models import Archive, Check, RetentionRule
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
PAGE = "/records/keeping/"
RULE = {"kind": "outside", "tenant": "", "verb": "", "months": "24", "action": "delete"}


@pytest.fixture
def as_dora(client):
    client.force_login(UserFactory(name="Dora", is_superuser=True))
    return client


def test_only_administrators_see_or_change_it(client, bob, as_alice):
    rule = RetentionRule.objects.create(kind="own", months=1, action="delete")
    addresses = [PAGE, f"{PAGE}rules/{rule.pk}/count/", f"{PAGE}rules/{rule.pk}/remove/"]
    for person in (bob, None):
        if person:
            client.force_login(person)
        else:
            client.logout()
        for address in addresses:
            assert client.post(address, RULE).status_code in ((404,) if person else (302,))
    assert RetentionRule.objects.count() == 1


def test_without_rules_it_says_that_everything_is_kept(as_dora):
    page = as_dora.get(PAGE).content.decode()
    for words in ("nothing is deleted", "has not been checked yet", "No month has been archived"):
        assert words in page


def test_a_rule_is_made_counted_and_removed(as_dora):
    assert as_dora.post(PAGE, RULE).status_code == 302
    rule = RetentionRule.objects.get()
    assert "24 months" in as_dora.get(PAGE).content.decode()
    assert as_dora.get(f"{PAGE}rules/{rule.pk}/count/").status_code == 405
    assert as_dora.post(f"{PAGE}rules/{rule.pk}/count/").status_code == 302
    assert "Remove this rule?" in as_dora.get(f"{PAGE}rules/{rule.pk}/remove/").content.decode()
    assert as_dora.post(f"{PAGE}rules/{rule.pk}/remove/").status_code == 302
    assert not RetentionRule.objects.exists()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"months": "0"}, "greater than or equal to 1"),
        ({"kind": "everything"}, "not one of the available choices"),
        ({"verb": "answered"}, "whole IRI"),
        ({"kind": "state", "verb": "http://example.org/x"}, "no verb"),
        ({"kind": "state", "action": "pseudonymise"}, "only be deleted"),
        ({"kind": "erased", "action": "pseudonymise"}, "under pseudonyms already"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_with_its_reason(as_dora, change, words):
    answer = as_dora.post(PAGE, {**RULE, **change})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not RetentionRule.objects.exists()


def test_the_same_rule_twice_is_refused(as_dora):
    as_dora.post(PAGE, RULE)
    assert as_dora.post(PAGE, {**RULE, "months": "36"}).status_code == 422


def test_findings_of_the_last_check_are_an_alarm(as_dora):
    Check.objects.create(at=now(), statements=7, findings=2)
    assert "2 findings" in as_dora.get(PAGE).content.decode()
    Check.objects.create(at=now(), statements=7, findings=0)
    assert "7 statements were checked" in as_dora.get(PAGE).content.decode()


def test_the_page_asks_the_same_however_many_rules_and_archives_there_are(as_dora):
    def asked():
        with CaptureQueriesContext(connection) as queries:
            assert as_dora.get(PAGE).status_code == 200
        return len(queries)

    def add(n):
        RetentionRule.objects.create(kind="outside", tenant=f"t{n}", months=1, action="delete")
        month = date(2020 + n // 12, n % 12 + 1, 1)
        Archive.objects.create(month=month, file=f"{n}", sha256="", statements=1, archived_at=now())

    add(0)
    as_dora.get(PAGE)
    few = asked()
    for n in range(1, 19):
        add(n)
    assert asked() == few


def test_many_rules_come_in_pages(as_dora):
    for n in range(25):
        RetentionRule.objects.create(kind="outside", tenant=f"t{n}", months=1, action="delete")
    assert "page=2" in as_dora.get(PAGE).content.decode()
    assert as_dora.get(f"{PAGE}?page=2").content.decode().count("Count now") == 5


def test_the_next_run_is_the_one_of_the_schedule():
    from portal.config.schedule import SCHEDULE

    nightly = SCHEDULE["apply rules of retention"]["schedule"]
    with time_machine.travel("2026-11-26 12:00Z", tick=False):
        following = hours.following(hours.RETENTION, now())
    assert following == datetime(2026, 11, 27, 2, 20, tzinfo=UTC)
    assert (nightly.hour, nightly.minute) == ({following.hour}, {following.minute})
