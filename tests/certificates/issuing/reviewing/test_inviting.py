"""Reviewers of an accrediting body: who lets them in, and when it ends."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from post_office.models import Email

from certificates.issuing.models import Reviewer, ReviewerLink
from certificates.issuing.reviewing import actions, rules
from certificates.issuing.reviewing.rules import State
from certificates.issuing.reviewing.tokens import digest_of
from certificates.issuing.tasks import forget_outsiders
from portal.accounts.models import User
from portal.audit.models import Entry
from portal.config.logs import scrubbed
from portal.privacy.registry import holders
from tests.certificates.issuing.reviewing.hands import LAST, TODAY, links_to, send, text
from tests.factories import NOON, UserFactory

pytestmark = pytest.mark.django_db


def test_an_organiser_invites_twelve_at_once_each_with_a_link_of_her_own(as_carol, path):
    addresses = [f"reviewer{n}@body.example" for n in range(12)]
    answer = send(as_carol, path, "\n".join(addresses[:6]) + "\n" + ", ".join(addresses[6:]))
    assert "12 reviewers are invited." in text(answer)
    links = {links_to(address)[0] for address in addresses}
    assert len(links) == 12
    for link in links:
        client = Client()
        assert client.get(link, follow=True).status_code == 200, "all of them at the same time"
    entry = Entry.objects.filter(verb="invited reviewer").first()
    assert entry.data == {"starts_on": str(TODAY), "ends_on": str(LAST)}
    assert "body.example" not in str(list(Entry.objects.values()))


def test_only_whoever_keeps_accreditations_invites(as_alice, client, path, invited):
    paths = (
        path,
        f"/certificates/reviewers/{invited.row.uuid}/again/",
        f"/certificates/reviewers/{invited.row.uuid}/end/",
    )
    for each in paths:
        assert as_alice.get(each).status_code == 404
        assert as_alice.post(each).status_code == 404
        assert Client().get(each)["Location"].startswith("/account/login/")
    assert Email.objects.count() == 1


def test_only_a_keyed_digest_of_the_link_is_kept(invited, settings):
    token = invited.link.rsplit("/", 1)[1]
    assert len(token) >= 22, "128 bits at least"
    link = ReviewerLink.objects.get()
    assert link.digest == digest_of(token)
    kept = [*ReviewerLink.objects.values(), *Reviewer.objects.values(), *Entry.objects.values()]
    assert token not in str(kept)
    assert token not in scrubbed(f"GET {invited.link}")
    settings.SECRET_KEY = "another"
    assert link.digest != digest_of(token), "a reader of the database cannot try tokens"


def test_the_mail_is_in_the_language_chosen_and_says_how_long(as_carol, path, settings):
    send(as_carol, path, language="de")
    mail = Email.objects.get()
    assert "24. November 2026" in mail.message
    assert "21. Februar 2027" in mail.message
    assert settings.PUBLIC_URL + "/review/open/" in mail.message
    assert settings.PUBLIC_URL + "/review/open/" in mail.html_message
    assert mail.headers["Content-Language"] == "de"


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"emails": "one@body.example\nnobody"}, "“nobody” is no e-mail address."),
        ({"emails": " ".join(f"r{n}@body.example" for n in range(21))}, "These are 21 addresses."),
        ({"starts_on": str(TODAY - timedelta(days=1))}, "Choose a day from 24 November 2026 to 24 November 2027."),
        ({"ends_on": str(TODAY - timedelta(days=1))}, "Choose a day from 24 November 2026 to 24 November 2027."),
        ({"ends_on": str(TODAY + timedelta(days=366))}, "Choose a day from 24 November 2026 to 24 November 2027."),
        ({"starts_on": str(LAST + timedelta(days=1))}, "Choose a day from 22 February 2027"),
    ],
)
def test_what_cannot_be_is_said_at_the_field_and_nobody_is_invited(as_carol, path, changed, told):
    answer = send(as_carol, path, **changed)
    assert answer.status_code == 422
    assert told in text(answer)
    assert Reviewer.objects.count() == Email.objects.count() == 0


def test_days_are_refused_whoever_asks(accreditation):
    for first, last in ((TODAY, TODAY - timedelta(days=1)), (TODAY, TODAY + timedelta(days=366))):
        with pytest.raises(actions.WrongDaysError):
            actions.invite(
                accreditation=accreditation,
                emails=["a@b.example"],
                starts_on=first,
                ends_on=last,
                language="en",
                at=NOON,
            )
    with pytest.raises(IntegrityError), transaction.atomic():
        Reviewer.objects.create(
            accreditation=accreditation, starts_on=TODAY, ends_on=TODAY - timedelta(days=1), invited_at=NOON
        )


def test_the_form_sent_twice_writes_once(as_carol, path):
    send(as_carol, path, "one@body.example ONE@body.example")
    answer = send(as_carol, path, "One@Body.example two@body.example")
    assert "1 reviewer is invited." in text(answer)
    assert "one@body.example (until 21 February 2027) has access already" in text(answer)
    assert Email.objects.filter(to__contains="one@body.example").count() == 1
    assert Reviewer.objects.count() == 2


def test_whoever_has_access_keeps_her_days_and_the_organiser_is_told_which(as_carol, path, invited):
    send(as_carol, path, "late@body.example", starts_on=str(TODAY + timedelta(days=3)))
    answer = send(as_carol, path, "one@body.example late@body.example", ends_on=str(TODAY + timedelta(days=300)))
    told = text(answer)
    assert "late@body.example (until 21 February 2027), one@body.example (until 21 February 2027) have access" in told
    assert "The days stay as they were and no message was sent. For other days, end the access first" in told
    assert {each.ends_on for each in Reviewer.objects.all()} == {LAST}
    assert Client().get(invited.link).status_code == 302


@pytest.mark.parametrize("over", ["ended", "by its days"])
def test_fault_an_access_that_is_over_stays_as_it_was_when_she_is_invited_anew(
    as_carol, path, invited, inside, clock, over
):
    inside.get("/review/")
    if over == "ended":
        actions.end(reviewer=invited.row, at=NOON)
    else:
        clock.move_to(NOON + timedelta(days=90))
        as_carol.force_login(User.objects.get(name="Carol Curtis"))
    before = Reviewer.objects.values().get()
    last = str(TODAY + timedelta(days=200))
    days = {"starts_on": str(TODAY + timedelta(days=100)), "ends_on": last}
    page = text(send(as_carol, path, **days))
    assert "1 reviewer is invited." in page
    assert "2 invitations" in page
    assert "Invited again since" in page
    assert "Address removed" not in page, "it stands at the access that follows"
    old = Reviewer.objects.values().get(pk=invited.row.pk)
    assert old == {**before, "email": ""}, "the days and when she looked are what the body is shown"
    new = Reviewer.objects.get(email="one@body.example")
    assert (str(new.ends_on), new.opened_at, new.ended_on) == (last, None, None)
    entry = Entry.objects.filter(verb="invited reviewer").latest("pk")
    assert entry.data == {**days, "after": str(invited.row.uuid)}
    answer = Client().get(invited.link)
    assert answer.status_code == 410
    assert "There is a newer link" in text(answer)
    assert send(as_carol, path, **days).status_code == 200
    assert Reviewer.objects.count() == 2
    assert as_carol.get(f"/certificates/reviewers/{invited.row.uuid}/end/").status_code == 404


def test_the_organiser_sees_where_each_stands(as_carol, path, invited, inside):
    send(as_carol, path, "late@body.example", starts_on=str(TODAY + timedelta(days=10)))
    page = text(as_carol.get(path))
    assert "Not opened yet" in page
    assert "Not begun" in page
    assert "90 days left" in page
    inside.get("/review/")
    page = text(as_carol.get(path))
    assert "Has opened it" in page
    actions.end(reviewer=invited.row, at=NOON)
    assert "Ended by an organiser" in text(as_carol.get(path))


def test_the_list_takes_as_many_questions_for_ten_as_for_one(as_carol, path):
    counts = []
    for n in (1, 10):
        send(as_carol, path, " ".join(f"r{m}@body.example" for m in range(n)))
        with CaptureQueriesContext(
            connection,
        ) as asked:
            as_carol.get(path)
        counts.append(len(asked))
    assert counts[0] == counts[1]


# ---- sending again, ending -----------------------------------------------------------------------------------------
def test_a_new_link_replaces_the_old_one_which_says_so(as_carol, path, invited, inside, clock):
    again = f"/certificates/reviewers/{invited.row.uuid}/again/"
    assert "Send a new link?" in text(as_carol.get(again))
    assert "within the last minute" in text(as_carol.post(again, follow=True)), "a second click sends none"
    clock.shift(timedelta(minutes=2))
    assert "A new link is on its way" in text(as_carol.post(again, follow=True))
    old, new = links_to("one@body.example")
    for answer in (Client().get(old), inside.get("/review/")):
        assert answer.status_code == 410
        assert "There is a newer link" in text(answer)
    assert Client().get(new, follow=True).status_code == 200
    assert Entry.objects.filter(verb="sent reviewer a new link").count() == 1


def test_ended_at_once_and_the_second_time_nothing_changes(as_carol, path, invited, inside):
    end = f"/certificates/reviewers/{invited.row.uuid}/end/"
    assert inside.get("/review/").status_code == 200
    assert "End this access?" in text(as_carol.get(end))
    assert "The access has ended." in text(as_carol.post(end, follow=True))
    for answer in (Client().get(invited.link), inside.get("/review/questions/")):
        assert answer.status_code == 410
        assert "The provider of the course has ended this access" in text(answer)
        assert "Course J" not in text(answer)
    actions.end(reviewer=invited.row, at=NOON)
    assert Entry.objects.filter(verb="ended access of reviewer").count() == 1
    again = as_carol.post(f"/certificates/reviewers/{invited.row.uuid}/again/", follow=True)
    assert "This access has ended." in text(again)
    assert "1 reviewer is invited." in text(send(as_carol, path)), "invited anew, she comes in again"
    assert Client().get(links_to("one@body.example")[-1], follow=True).status_code == 200


def test_days_are_those_of_the_calendar(invited, accreditation, inside, clock):
    clock.move_to(NOON + timedelta(days=89))
    assert "Open your link first" in text(inside.get("/review/")), "a session lasts two weeks"
    assert "1 day left" in text(inside.get(invited.link, follow=True))
    clock.move_to(NOON + timedelta(days=90))
    for answer in (Client().get(invited.link), inside.get("/review/")):
        assert answer.status_code == 410
        assert "Your access ended with 21 February 2027" in text(answer)
        assert "ask the provider of the course to invite you again" in text(answer)


def test_before_the_first_day_it_says_from_when(accreditation, clock):
    first = TODAY + timedelta(days=3)
    actions.invite(
        accreditation=accreditation, emails=["a@b.example"], starts_on=first, ends_on=LAST, language="en", at=NOON
    )
    (link,) = links_to("a@b.example")
    answer = Client().get(link)
    assert answer.status_code == 403
    assert "Your access begins on 27 November 2026" in text(answer)
    clock.shift(timedelta(days=3))
    assert Client().get(link).status_code == 302


@given(
    st.dates(date(2020, 1, 1), date(2040, 1, 1)),
    st.integers(0, 400),
    st.booleans(),
    st.dates(date(2020, 1, 1), date(2040, 1, 1)),
)
def test_open_is_exactly_between_its_days(first, length, ended, on):
    last = first + timedelta(days=length)
    state = rules.state_of(starts_on=first, ends_on=last, ended=ended, on=on)
    assert (state == State.OPEN) == (not ended and first <= on <= last)
    assert (rules.days_left(last, on) > 0) == (on <= last)
    assert first < rules.usual_end(first) < rules.latest_end(first)


# ---- forgetting ----------------------------------------------------------------------------------------------------
def test_addresses_go_some_months_after_the_end(invited, settings, as_carol, path, clock):
    settings.LINKS_KEPT_MONTHS = 6
    clock.move_to(NOON.replace(year=2027, month=8, day=21))
    forget_outsiders()
    invited.row.refresh_from_db()
    assert invited.row.email, "six months to the day are not more than six months"
    clock.move_to(NOON.replace(year=2027, month=8, day=22))
    for _ in range(2):
        forget_outsiders()
    invited.row.refresh_from_db()
    assert invited.row.email == ""
    assert invited.row.ended_on is None, "it ran out by its days, and nobody ended it"
    assert Entry.objects.filter(verb="forgot address of reviewer").count() == 1
    as_carol.force_login(User.objects.get(name="Carol Curtis"))
    assert "Address removed" in text(as_carol.get(path))
    assert Client().get(invited.link).status_code == 410, "her link still says why"


def test_an_organiser_removes_the_address_of_whoever_asks(as_carol, path, invited):
    end = f"/certificates/reviewers/{invited.row.uuid}/end/"
    as_carol.post(end)
    assert "Remove this address?" in text(as_carol.get(end))
    assert "The address is removed." in text(as_carol.post(end, follow=True))
    assert as_carol.get(end).status_code == 404
    assert "one@body.example" not in text(as_carol.get(path))


def test_fault_82_whoever_has_an_account_too_gets_and_erases_it(invited):
    person = UserFactory(email="One@body.example")
    (holder,) = [each for each in holders() if each.name == "reviewing"]
    ((name, pieces),) = holder.export(person)
    assert name == "reviewing.jsonl"
    assert b'"starts_on":"2026-11-24"' in b"".join(pieces)
    assert holder.erase(person, NOON) == {"invitations as reviewer": 1}
    assert holder.erase(person, NOON) == {}
    assert Client().get(invited.link).status_code == 410
