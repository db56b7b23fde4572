"""Counters: kept from what is stored, shown from summaries alone."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import F, Sum
from django.test.utils import CaptureQueriesContext

from portal.core.clock import now
from portal.lrs.actions import store_statements
from portal.lrs.auth import local_authority
from portal.lrs.counts import actions
from portal.lrs.counts.actions import count_new_statements
from portal.lrs.counts.rebuild import differences
from portal.lrs.models import DailyCount, Statement, Tally, Term
from portal.lrs.vocabulary import PASSED
from tests.factories import UserFactory
from tests.portal.lrs.samples import DID, statement, voiding

PAGE = "/records/counters/"
NIGHT = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)  # in Vienna it is the 24th already
HIKE = "https://example.org/activities/hike"


def count():
    return count_new_statements(at=now())


def counted():
    portal_first = F("credential").asc(nulls_first=True)
    rows = DailyCount.objects.order_by("day", "verb__iri", "activity__iri", portal_first, "tenant")
    return [
        (f"{each.day:%d}", each.verb.iri, each.activity and each.activity.iri, each.credential_id, each.statements)
        for each in rows.select_related("verb", "activity")
    ]


def test_statements_are_counted_by_utc_day_verb_activity_and_credential(lms, other, alice):
    with time_machine.travel(NIGHT, tick=False):
        lms.post([statement(), statement(), statement(verb={"id": PASSED})])
        other.post(statement())
    with time_machine.travel(NIGHT + timedelta(hours=1), tick=False):
        [uuid] = lms.post(statement()).json()
        lms.post(voiding(uuid))
        store_statements([statement()], authority=local_authority(), at=now(), own=True)
        assert count() == 7
    mine, theirs = lms.credential.pk, other.credential.pk
    assert counted() == [
        ("23", DID, HIKE, mine, 2),
        ("23", DID, HIKE, theirs, 1),
        ("23", PASSED, HIKE, mine, 1),
        ("24", DID, HIKE, None, 1),
        ("24", DID, HIKE, mine, 1),
        ("24", "http://adlnet.gov/expapi/verbs/voided", None, mine, 1),
    ], "a voided statement stays counted, and what voids it is a statement too"


def test_counting_goes_on_where_it_stopped_and_counts_nothing_twice(lms, monkeypatch):
    monkeypatch.setattr(actions, "BATCH", 4)
    lms.post([statement() for _ in range(10)])
    assert count_new_statements(at=now(), batches=1) == 4
    assert Tally.objects.get().as_of is None
    assert count() == 6
    assert count() == 0
    lms.post([statement() for _ in range(3)])
    assert count() == 3
    assert DailyCount.objects.get().statements == 13
    assert Tally.objects.get().as_of is not None


def test_a_crash_between_counters_and_mark_loses_nothing(lms, monkeypatch):
    lms.post([statement() for _ in range(5)])

    def die(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Tally, "save", die)
        with pytest.raises(KeyboardInterrupt):
            count()
    assert not DailyCount.objects.exists()
    assert count() == 5
    assert differences() == []


def test_what_a_statement_names_later_gives_a_nameless_activity_its_name(lms, admin):
    lms.post(statement())
    count()
    lms.post(statement(object={"id": HIKE, "definition": {"name": {"en": "A hike", "de": "Wanderung"}}}))
    count()
    assert Term.objects.get(kind="activity").names == {"en": "A hike", "de": "Wanderung"}
    assert DailyCount.objects.get().statements == 2
    admin.force_login(UserFactory(is_superuser=True, language="de"))
    assert "Wanderung" in admin.get(PAGE).content.decode()


def test_counting_again_shows_no_difference(lms, other, capsys):
    lms.post([statement(), statement(verb={"id": PASSED})])
    other.post([statement() for _ in range(3)])
    call_command("rebuild_counters")
    assert capsys.readouterr().out == "5 new statements counted\nno difference\n"
    DailyCount.objects.filter(verb__iri=PASSED).delete()
    DailyCount.objects.update(statements=7)
    with pytest.raises(CommandError, match="3 counters"):
        call_command("rebuild_counters")
    out = capsys.readouterr().out
    assert f"{now():%Y-%m-%d} {PASSED} {HIKE} {lms.credential.pk} -: 0, not 1" in out
    assert f"{other.credential.pk} -: 7, not 3" in out
    call_command("rebuild_counters", "--apply")
    assert capsys.readouterr().out.endswith("5 statements counted again\nno difference\n")
    assert DailyCount.objects.aggregate(Sum("statements"))["statements__sum"] == 5


def test_a_customer_has_counts_of_its_own(credential_for, admin):
    credential_for(tenant="north").post(statement())
    credential_for(tenant="south").post([statement(), statement()])
    count()
    assert dict(DailyCount.objects.values_list("tenant", "statements")) == {"north": 1, "south": 2}
    assert statistics(admin.get(PAGE, {"tenant": "=south"}))[0] == "2"
    assert statistics(admin.get(PAGE, {"tenant": "=north"}))[0] == "1"


def statistics(answer):
    return re.findall(r'statistic__value">([^<]+)<', answer.content.decode())


def test_the_page_tells_in_words_what_was_stored(lms, admin):
    lms.post([statement(verb={"id": PASSED, "display": {"en": "made it"}}) for _ in range(3)])
    lms.post(statement())
    assert "Nothing has been counted yet" in admin.get(PAGE).content.decode()
    with time_machine.travel(datetime(2026, 11, 25, 9, 0, tzinfo=UTC), tick=False):
        count()
    answer = admin.get(PAGE)
    page = answer.content.decode()
    assert statistics(answer) == ["4", "0.1", "4"]
    assert "4 statements were stored from" in page
    assert "Counted up to 25 November 2026, 09:00 UTC." in page
    assert ">passed</a>" in page, "verbs of the vocabulary are named in the reader's language"
    assert ">experienced</a>" in page, "others by the end of their IRI where nobody named them"
    assert "75.0&nbsp;%" in page
    assert "a client" in page


def test_a_name_of_a_ranking_leads_to_its_own_counts(lms, other, admin):
    lms.post([statement(verb={"id": PASSED}), statement(), statement()])
    other.post([statement() for _ in range(4)])
    count()
    page = admin.get(PAGE).content.decode()
    [address] = re.findall(r'href="([^"]+)">passed</a>', page)
    answer = admin.get(PAGE + address.replace("&amp;", "&"))
    assert statistics(answer)[0] == "1"
    assert "Verbs: <strong>passed</strong>" in answer.content.decode()
    assert statistics(admin.get(PAGE, {"credential": other.credential.pk}))[0] == "4"
    assert "No statements in this period" in admin.get(PAGE, {"credential": "0"}).content.decode()
    assert "No statements in this period" in admin.get(PAGE, {"verb": "999999"}).content.decode()


def test_periods(lms, admin):
    for days in (0, 40, 200):
        with time_machine.travel(NIGHT - timedelta(days=days), tick=False):
            lms.post(statement())
    count()
    with time_machine.travel(NIGHT, tick=False):
        assert statistics(admin.get(PAGE))[0] == "1", "the last 30 days"
        answer = admin.get(PAGE, {"since": "2026-01-01", "until": "2026-11-23"})
        assert statistics(answer)[0] == "3"
        assert "Statements by month" in answer.content.decode()
        assert statistics(admin.get(PAGE, {"since": "2026-10-14", "until": "2026-10-14"}))[0] == "1"


@pytest.mark.parametrize(
    "asked",
    [
        {"since": "2026-11-02", "until": "2026-11-01"},
        {"since": "1900-01-01", "until": "2026-11-01"},
        {"since": "yesterday"},
        {"verb": "passed"},
        {"credential": "-1"},
        {"tenant": "north"},
        {"activity": "9" * 40},
    ],
)
def test_what_cannot_be_asked_is_told(lms, admin, asked):
    lms.post(statement())
    count()
    assert admin.get(PAGE, asked).status_code == 422


def test_only_administrators_see_the_counters(client, alice, bob):
    assert client.get(PAGE).status_code == 302
    for person in (alice, bob):
        client.force_login(person)
        assert client.get(PAGE).status_code == 403


def test_the_page_asks_summaries_alone_and_a_fixed_number_of_times(lms, admin):
    day = date(2026, 11, 1)
    lms.post(statement())
    count()
    verb, activity = Term.objects.get(kind="verb"), Term.objects.get(kind="activity")
    queries(admin)  # what is kept from the first page on
    few = queries(admin)
    terms = Term.objects.bulk_create(Term(kind="activity", key=f"k{n}", iri=f"https://e.org/{n}") for n in range(300))
    DailyCount.objects.bulk_create(
        DailyCount(day=day - timedelta(days=n % 25), verb=verb, activity=each, tenant=f"t{n % 3}", statements=10**9)
        for n, each in enumerate([activity, *terms])
    )
    many = queries(admin)
    assert len(many) == len(few)
    table = Statement._meta.db_table
    assert not any(f'"{table}"' in each["sql"] for each in many)


def queries(admin):
    with CaptureQueriesContext(connection) as found:
        assert admin.get(PAGE, {"since": "2026-01-01", "until": "2026-12-31"}).status_code == 200
    return found.captured_queries
