"""Rules of retention: nothing without one, only what is old enough, never what progress rests on."""

from datetime import UTC, datetime

import pytest
import time_machine
from hypothesis import assume, given
from hypothesis import strategies as st

from portal.audit.models import Entry
from portal.core.clock import now
from portal.lrs.keeping import retention, tasks
from portal.lrs.keeping.erasure import erase_person
from portal.lrs.keeping.retention import add_rule, apply_rule, count_due, months_before
from portal.lrs.models import Document, Reference, RetentionRule, Statement
from portal.lrs.vocabulary import ANSWERED, PROGRESSED
from tests.portal.lrs.keeping.told import bodies, everything_kept, verified
from tests.portal.lrs.samples import ANNA, BEN, new_id, statement, voiding
from tests.portal.lrs.shelves import ACTIVITY_PROFILE, STATE, Shelf

pytestmark = pytest.mark.django_db
LONG_AGO, TODAY = "2025-01-31 12:00Z", "2026-11-26 12:00Z"


def rule(kind="outside", months=12, action="delete", **more):
    return add_rule(rule=RetentionRule(kind=kind, months=months, action=action, **more), at=now())


def applied(*rules):
    with time_machine.travel(TODAY, tick=False):
        return [apply_rule(rule=each, at=now()) for each in rules]


@pytest.fixture
def old(lms):
    """A statement of long ago, beside one of today."""
    with time_machine.travel(LONG_AGO, tick=False):
        uuid = lms.post(statement()).json()[0]
    with time_machine.travel(TODAY, tick=False):
        assert lms.post(statement()).status_code == 200
    return uuid


def test_without_a_rule_everything_is_kept(old):
    with time_machine.travel(TODAY):
        tasks.keep_order()
    assert Statement.objects.count() == 2


def test_only_what_is_old_enough_goes(lms, old):
    assert applied(rule(months=22)) == [0]
    assert applied(rule(months=21, verb="https://example.org/other")) == [0]
    RetentionRule.objects.all().delete()
    assert applied(rule(months=21)) == [1]
    assert lms.get(statementId=old).status_code == 404
    assert Statement.objects.count() == 1
    assert verified() == []


def test_a_dry_run_counts_and_touches_nothing(old):
    each = rule()
    with time_machine.travel(TODAY, tick=False):
        assert count_due(rule=each, at=now()) == 1
        tasks.count_rule(each.pk)
    assert Statement.objects.count() == 2
    each.refresh_from_db()
    assert (each.due, each.counted_at) == (1, datetime(2026, 11, 26, 12, tzinfo=UTC))


def test_a_rule_reaches_its_customer_and_its_verb_only(credential_for):
    with time_machine.travel(LONG_AGO, tick=False):
        for tenant in ("north", "south"):
            speaker = credential_for(tenant=tenant)
            assert speaker.post([statement(), statement(verb={"id": "https://example.org/read"})]).status_code == 200
    assert applied(rule(tenant="north", verb="https://example.org/read")) == [1]
    left = {(row.tenant, row.verb.rsplit("/", 1)[1]) for row in Statement.objects.all()}
    assert left == {("north", "experienced"), ("south", "experienced"), ("south", "read")}


def test_a_pseudonym_is_the_same_for_one_person_and_keeps_the_rest(lms, old):
    with time_machine.travel(LONG_AGO, tick=False):
        assert lms.post([statement(), statement(actor=BEN, context={"instructor": ANNA})]).status_code == 200
    assert applied(rule(action="pseudonymise")) == [3]
    first, today, second, third = (bodies()[n] for n in (0, 1, 2, 3))
    assert first["actor"] == second["actor"]
    assert first["actor"]["account"] == third["context"]["instructor"]["account"]
    assert first["actor"]["account"] != third["actor"]["account"]
    assert today["actor"] == ANNA
    assert {each["authority"]["account"]["name"] for each in bodies()} == {"lms"}
    assert verified() == []
    assert applied(*RetentionRule.objects.all()) == [0]


@pytest.fixture
def hers(credential_for, alice, account_of):
    """A client of Alice's own, which speaks as she does."""
    return credential_for(account_of(alice), ["statements/write", "statements/read/mine"], tenant=str(alice.uuid))


def test_a_learner_who_speaks_for_herself_is_named_nowhere(hers, alice, account_of):
    with time_machine.travel(LONG_AGO, tick=False):
        about = {"objectType": "StatementRef", "id": new_id()}
        assert hers.post(statement(actor=account_of(alice), object=about)).status_code == 200
    assert applied(rule(action="pseudonymise")) == [1]
    assert str(alice.uuid) not in everything_kept()
    row, reference = Statement.objects.get(), Reference.objects.get()
    for kept in (row, reference):
        assert kept.tenant == ""
        assert str(alice.uuid) not in kept.authority
    assert verified() == []


@pytest.mark.parametrize("first", [True, False], ids=["the voided one is old", "the voiding one is old"])
def test_what_a_learner_voided_herself_stays_voided(hers, alice, account_of, first):
    sent = statement(actor=account_of(alice), id=new_id())
    word = voiding(sent["id"], actor=account_of(alice))
    old, young = (sent, word) if first else (word, sent)
    for when, each in ((LONG_AGO, old), (TODAY, young)):
        with time_machine.travel(when, tick=False):
            assert hers.post(each).status_code == 200
    applied(rule(action="pseudonymise"))
    assert Statement.objects.get(uuid=sent["id"]).voided
    assert verified() == []


def test_a_voiding_statement_stays_as_long_as_what_it_voids(lms):
    with time_machine.travel(LONG_AGO, tick=False):
        target = lms.post(statement()).json()[0]
        assert lms.post(voiding(target)).status_code == 200
    voided_only = rule(verb="http://adlnet.gov/expapi/verbs/voided")
    assert applied(voided_only) == [0]
    assert verified() == []
    assert applied(rule(), voided_only) == [2, 0]
    assert not Statement.objects.exists()


def test_what_progress_rests_on_is_never_touched(passed, lms, alice):
    from courses.learning.models import Enrolment

    registration = str(Enrolment.objects.get().uuid)
    assert lms.post([statement(context={"registration": registration}), statement()]).status_code == 200
    Statement.objects.update(stored="2025-01-31T12:00:00Z")
    own = Statement.objects.own().count()
    chatter = Statement.objects.own().filter(verb__in=[PROGRESSED, ANSWERED]).count()
    assert chatter > 0
    assert applied(rule(), rule("own")) == [1, chatter]
    assert Statement.objects.own().count() == own - chatter
    assert [each["context"]["registration"] for each in bodies() if each["actor"] == ANNA] == [registration]
    assert not [each for each in verified() if each["kind"] == "fact"]


def test_proofs_of_the_erased_go_when_their_time_is_over_and_nothing_rests_on_them(passed):
    from courses.learning.models import Completion, Enrolment

    erase_person(user=passed, at=now())
    Statement.objects.update(stored="2016-01-31T12:00:00Z")
    proofs = Statement.objects.count()
    erased = rule("erased", months=120)
    assert applied(erased, rule("own")) == [0, 0]
    Completion.objects.all().delete()
    Enrolment.objects.all().delete()
    assert applied(erased) == [proofs]


@pytest.mark.parametrize("place", [STATE, ACTIVITY_PROFILE], ids=lambda place: place.resource)
def test_documents_by_kind(credential_for, place):
    north, south = (credential_for(tenant=tenant) for tenant in ("north", "south"))
    with time_machine.travel(LONG_AGO, tick=False):
        for speaker in (north, south):
            for each in (STATE, ACTIVITY_PROFILE):
                assert Shelf(speaker, each).put("old", b"{}").status_code == 204
    with time_machine.travel(TODAY, tick=False):
        assert Shelf(north, place).put("new", b"{}").status_code == 204
    kind = "state" if place.is_state else "activity profile"
    assert applied(rule(kind, tenant="north")) == [1]
    left = {(row.kind, row.owner, row.name) for row in Document.objects.all()}
    assert (kind, "tenant:north", "new") in left
    assert (kind, "tenant:north", "old") not in left
    assert len(left) == 4


def test_each_change_leaves_an_entry_without_personal_data(old):
    applied(rule())
    verbs = list(Entry.objects.filter(verb__contains="retention").order_by("pk").values_list("verb", "data"))
    assert verbs == [
        ("added retention rule", {"kind": "outside", "months": 12, "action": "delete"}),
        ("applied retention rule", {"kind": "outside", "action": "delete", "number": 1}),
    ]


def test_broken_off_the_next_night_goes_on(lms, old, monkeypatch):
    with time_machine.travel(LONG_AGO, tick=False):
        assert lms.post([statement() for _ in range(4)]).status_code == 200
    monkeypatch.setattr(retention, "BATCH", 2)
    treat, batches = retention._treat, []

    def breaks_off(*arguments):
        batches.append(arguments)
        if len(batches) == 2:
            raise ConnectionError
        return treat(*arguments)

    each = rule()
    with monkeypatch.context() as broken, time_machine.travel(TODAY, tick=False):
        broken.setattr(retention, "_treat", breaks_off)
        tasks.keep_order()
    assert Statement.objects.count() == 4
    assert applied(each) == [3]
    assert verified() == []


def test_a_rule_that_fails_does_not_stop_the_others(old, monkeypatch):
    rule("own")
    rule("outside")
    apply = tasks.apply_rule

    def fails(*, rule, at):
        if rule.kind == "own":
            raise ConnectionError
        return apply(rule=rule, at=at)

    # "outside" is listed before "own", so the order is turned round.
    monkeypatch.setattr(RetentionRule._meta, "ordering", ["-kind"])
    monkeypatch.setattr(tasks, "apply_rule", fails)
    with time_machine.travel(TODAY, tick=False):
        tasks.keep_order()
    assert Statement.objects.count() == 1


def test_no_trace_is_left_of_a_name_that_was_replaced(lms):
    with time_machine.travel(LONG_AGO, tick=False):
        assert lms.post(statement(actor={**ANNA, "name": "Anna Bauer"})).status_code == 200
    applied(rule(action="pseudonymise"))
    assert "anna" not in everything_kept()


@given(st.datetimes(timezones=st.just(UTC)), st.integers(1, 600))
def test_months_before_is_the_same_day_or_the_last_of_its_month(moment, months):
    assume(moment.year > 60)
    before = months_before(moment, months)
    assert (moment.year - before.year) * 12 + moment.month - before.month == months
    assert before.day <= moment.day
    assert before.time() == moment.time()
    if before.day < moment.day:
        assert (before.replace(day=28).month, before.day >= 28) == (before.month, True)
