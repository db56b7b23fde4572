"""A certificate that expires: its holder is told of it in time, once for each of the days, and of nothing else."""

from datetime import date, timedelta

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from post_office.models import Email
from pydantic import ValidationError

from certificates.compliance.models import Reminder, Requirement
from certificates.compliance.reminders import due
from certificates.compliance.tasks import remind
from portal.audit.models import Entry
from portal.config.env import Env
from tests.certificates.transcripts import issued
from tests.factories import NOON, MembershipFactory, UserFactory

TODAY = NOON.date()
ENDS = TODAY + timedelta(days=365)
dates = st.dates(date(2020, 1, 1), date(2040, 1, 1))
some_days = st.sets(st.integers(1, 365), max_size=4)


# ---- who is to be told what today ----------------------------------------------------------------------------------
@given(dates, st.integers(1, 800), some_days, st.sets(st.integers(-400, 400)))
def test_each_is_told_once_nearer_ones_after_farther_ones_and_none_after_the_end(first, length, days, swept):
    """Whatever days the sweep runs on."""
    last = first + timedelta(days=length)
    told = []
    for on in sorted(last + timedelta(days=each) for each in swept):
        for _ in range(2):
            found = due(completed_on=first, expires_on=last, days=days, told=told, on=on)
            if found is not None:
                assert on <= last
                assert on >= last - timedelta(days=found)
                told.append(found)
    assert told == sorted(set(told), reverse=True)
    assert set(told) <= days


@given(dates, st.integers(1, 800), some_days)
def test_swept_every_day_she_is_told_on_the_very_days(first, length, days):
    last = first + timedelta(days=length)
    told, on = {}, first
    while on <= last + timedelta(days=3):
        found = due(completed_on=first, expires_on=last, days=days, told=told, on=on)
        if found is not None:
            told[found] = on
        on += timedelta(days=1)
    assert told == {each: last - timedelta(days=each) for each in days if each < length}


# ---- through the sweep ---------------------------------------------------------------------------------------------
@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False) as moving:
        yield moving


@pytest.fixture
def holder(course):
    return UserFactory(name="Anna Huber", language="de")


@pytest.fixture
def certificate(holder, course):
    return issued(holder, expires_on=ENDS, of={"course": course})


def before_end(clock, days):
    """The sweep so many days before the last day."""
    clock.move_to(NOON + timedelta(days=365 - days))
    remind()


def mails(person):
    return list(Email.objects.filter(to__contains=person.email).order_by("pk"))


@pytest.mark.django_db
def test_told_sixty_and_fourteen_days_before_in_her_language_with_the_way_back(
    certificate, holder, course, clock, settings
):
    for days in (300, 61, 60, 60, 59, 15, 14, 14, 1, 0, -1):
        before_end(clock, days)
    first, second = mails(holder)
    for mail in (first, second):
        assert "gilt bis 24. November 2027" in mail.subject
        assert certificate.number in mail.message
        assert "Sie können den Kurs jetzt noch einmal machen" in mail.message
        assert f"{settings.PUBLIC_URL}/en/courses/course-j/" in mail.message
        assert f"{settings.PUBLIC_URL}/en/courses/course-j/" in mail.html_message
    assert list(Reminder.objects.order_by("pk").values_list("days_before", flat=True)) == [60, 14]
    assert [
        entry.data for entry in Entry.objects.filter(verb="told holder that certificate expires").order_by("pk")
    ] == [
        {"days": 60},
        {"days": 14},
    ]


@pytest.mark.django_db
def test_a_sweep_that_comes_late_tells_the_nearest_only(certificate, holder, clock):
    before_end(clock, 10)
    before_end(clock, 5)
    assert len(mails(holder)) == 1


@pytest.mark.django_db
def test_a_corrected_one_is_not_told_of_again(certificate, holder, clock):
    before_end(clock, 60)
    issued(holder, expires_on=ENDS, replaces=certificate, of={"course": certificate.completion.enrolment.course})
    corrected = certificate.replaced_by
    corrected.completion = certificate.completion
    corrected.save()
    certificate.superseded_at = NOON
    certificate.save()
    before_end(clock, 59)
    before_end(clock, 14)
    assert [mail.message.count(corrected.number) for mail in mails(holder)[1:]] == [1]


@pytest.mark.django_db
def test_before_the_course_opens_again_she_is_told_from_when(certificate, holder, course, clock):
    course.repeat_after_months = 11
    course.save()
    before_end(clock, 60)
    assert "ab 24. Oktober 2027 noch einmal machen" in mails(holder)[0].message


@pytest.mark.django_db
def test_a_course_that_nobody_can_take_is_not_linked(certificate, holder, course, clock):
    course.unpublish()
    before_end(clock, 60)
    (mail,) = mails(holder)
    assert "derzeit nicht angeboten" in mail.message
    assert "/courses/" not in mail.message + mail.html_message


@pytest.mark.django_db
def test_whose_department_asks_for_it_is_told_that(certificate, holder, department, course, clock):
    MembershipFactory(user=holder, department=department)
    Requirement.objects.create(
        organisation=department.organisation, course=course, every_months=12, valid_from=date(2026, 1, 1)
    )
    before_end(clock, 60)
    assert "Donau Hospital verlangt diesen Kurs von Ihnen" in mails(holder)[0].message


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        {"revoked_at": NOON, "revoked_reason": "error"},
        {"superseded_at": NOON},
        {"erased_at": NOON},
        {"expires_on": None},
        {"issued_at": None},
    ],
    ids=lambda change: next(iter(change)),
)
def test_one_that_does_not_count_is_not_told_of(certificate, holder, clock, change):
    type(certificate).objects.filter(pk=certificate.pk).update(**change)
    before_end(clock, 60)
    assert mails(holder) == []


@pytest.mark.django_db
def test_nobody_who_cannot_sign_in_is_told(certificate, holder, clock):
    holder.is_active = False
    holder.save()
    before_end(clock, 60)
    assert mails(holder) == []


@pytest.mark.django_db
def test_whoever_has_completed_it_again_is_told_of_the_newer_one_only(certificate, holder, course, clock):
    later = NOON + timedelta(days=300)
    newer = issued(holder, later, expires_on=ENDS + timedelta(days=300), of={"course": course})
    before_end(clock, 60)
    assert mails(holder) == []
    type(newer).objects.filter(pk=newer.pk).update(revoked_at=later, revoked_reason="error")
    before_end(clock, 59)
    assert len(mails(holder)) == 1, "the newer one was revoked, so this one counts again"


@pytest.mark.django_db
def test_another_course_does_not_count_as_newer(certificate, holder, course, home, clock):
    from tests.pages import make_course

    issued(holder, NOON + timedelta(days=300), of={"course": make_course(home, code="K")})
    before_end(clock, 60)
    assert len(mails(holder)) == 1


@pytest.mark.django_db
def test_the_operator_chooses_the_days_or_none(certificate, holder, clock, settings):
    settings.EXPIRY_REMINDER_DAYS = []
    before_end(clock, 14)
    assert mails(holder) == []
    settings.EXPIRY_REMINDER_DAYS = [7]
    before_end(clock, 7)
    assert len(mails(holder)) == 1


def test_days_come_from_the_environment(monkeypatch):
    monkeypatch.setenv("EXPIRY_REMINDER_DAYS", "90, 30,7")
    assert Env().expiry_reminder_days == [90, 30, 7]
    monkeypatch.setenv("EXPIRY_REMINDER_DAYS", "")
    assert Env().expiry_reminder_days == []
    for wrong in ("0", "400", "soon"):
        monkeypatch.setenv("EXPIRY_REMINDER_DAYS", wrong)
        with pytest.raises(ValidationError):
            Env()
