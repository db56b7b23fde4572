"""The department's page: the lead sees each member, and it changes when certificates come and go."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import IntegrityError

from certificates.compliance.models import Evidence, Requirement
from certificates.compliance.tasks import follow_certificate, sweep
from certificates.issuing import actions as issuing
from courses.catalogue.models import CoursePage
from portal.departments.models import Membership
from tests.certificates.factories import make_completion
from tests.factories import NOON, DepartmentFactory, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def member(alice, department):
    MembershipFactory(user=alice, department=department)
    return alice


@pytest.fixture
def requirement(course, department):
    return Requirement.objects.create(
        organisation=department.organisation,
        profession="radiologist",
        course=CoursePage.objects.get(),
        every_months=60,
        valid_from=date(2020, 1, 1),
    )


@pytest.fixture
def as_bob(client, bob):
    client.force_login(bob)
    return client


def row_of(client, department, name):
    page = client.get(f"/departments/{department.uuid}/").content.decode()
    row = next(row for row in re.findall(r"<tr>.*?</tr>", page, re.DOTALL) if name in row)
    return " ".join(re.sub(r"<[^>]+>", " ", row).split())


def certify(user, **facts):
    certificate = issuing.issue(completion=make_completion(user, **facts), at=NOON)
    follow_certificate(certificate.pk)
    return certificate


def test_missing_then_done_when_the_certificate_comes(as_bob, department, member, requirement):
    assert "Missing" in row_of(as_bob, department, "Alice Huber")
    certify(member)
    row = row_of(as_bob, department, "Alice Huber")
    assert "Done" in row
    assert "24 November 2026" in row
    assert "24 November 2031" in row


def test_due_soon_and_overdue(as_bob, department, member, requirement):
    certify(member, completed_at=NOON - timedelta(days=5 * 365 - 30))
    assert "Due soon" in row_of(as_bob, department, "Alice Huber")
    Evidence.objects.update(completed_at=datetime(2021, 11, 23, 12, 0, tzinfo=UTC))
    assert "Overdue" in row_of(as_bob, department, "Alice Huber")


def test_the_latest_certificate_counts(as_bob, department, member, requirement):
    certify(member, completed_at=NOON - timedelta(days=6 * 365))
    certify(member)
    assert "Done" in row_of(as_bob, department, "Alice Huber")


def test_a_revoked_certificate_is_missing_again(as_bob, department, member, requirement):
    certificate = certify(member)
    issuing.revoke(certificate=certificate, reason="error", at=NOON)
    follow_certificate(certificate.pk)
    assert "Missing" in row_of(as_bob, department, "Alice Huber")


def test_the_sweep_enters_and_withdraws_what_was_missed(as_bob, department, member, requirement):
    certificate = issuing.issue(completion=make_completion(member), at=NOON)
    sweep()
    sweep()
    assert Evidence.objects.count() == 1
    assert "Done" in row_of(as_bob, department, "Alice Huber")
    issuing.revoke(certificate=certificate, reason="error", at=NOON)
    sweep()
    assert "Missing" in row_of(as_bob, department, "Alice Huber")


def test_only_the_profession_that_is_asked(as_bob, department, requirement):
    MembershipFactory(department=department, user__name="Nina Nurse", user__profession="nurse")
    page = as_bob.get(f"/departments/{department.uuid}/").content.decode()
    assert "Nina Nurse" not in page


def test_filters_and_order(as_bob, department, member, requirement):
    MembershipFactory(department=department, user__name="Aaron First")
    certify(member)
    path = f"/departments/{department.uuid}/"
    assert "Aaron First" not in as_bob.get(path, {"state": "done"}).content.decode()
    urgent = as_bob.get(path).content.decode()
    assert urgent.index("Aaron First") < urgent.index("Alice Huber")
    assert "Nobody fits" in as_bob.get(path, {"state": "overdue"}).content.decode()


def test_large_departments_come_in_pages(as_bob, department, requirement):
    for _ in range(55):
        MembershipFactory(department=department)
    page = as_bob.get(f"/departments/{department.uuid}/").content.decode()
    assert page.partition('id="board-caption"')[2].count("<tr>") == 51
    assert "page=2" in page


def test_the_chart_counts_every_state_in_words_and_in_its_table(as_bob, department, member, requirement):
    certify(member)
    MembershipFactory(department=department)
    page = as_bob.get(f"/departments/{department.uuid}/").content.decode()
    assert "1 of 2 training duties are met, 0 of them soon due again; 0 overdue, 1 missing." in page
    row = row_of(as_bob, department, "(Radiologist, every 60 months)")
    assert row.endswith("(Radiologist, every 60 months) 1 0 0 1 2")


def test_nothing_asked_is_no_chart(as_bob, department):
    assert "data-chart" not in as_bob.get(f"/departments/{department.uuid}/").content.decode()


@pytest.mark.parametrize("size", [5, 40])
def test_queries_do_not_grow_with_members(as_bob, department, requirement, size, django_assert_max_num_queries):
    for _ in range(size):
        MembershipFactory(department=department)
    with django_assert_max_num_queries(18):
        as_bob.get(f"/departments/{department.uuid}/")


def test_fault_53_other_departments_are_not_found(as_bob, requirement):
    other = DepartmentFactory()
    assert as_bob.get(f"/departments/{other.uuid}/").status_code == 404
    assert other.name not in as_bob.get("/departments/").content.decode()


def test_fault_53_members_and_strangers_see_no_board(client, department, member, requirement):
    path = f"/departments/{department.uuid}/"
    assert client.get(path).status_code == 302
    client.force_login(member)
    assert client.get(path).status_code == 404
    assert "You lead no department" in client.get("/departments/").content.decode()


def test_administrators_see_every_department(client, department):
    client.force_login(UserFactory(is_superuser=True))
    assert client.get(f"/departments/{department.uuid}/").status_code == 200


def test_fault_54_who_leaves_is_no_longer_seen_and_history_stays(as_bob, department, member, requirement):
    other = DepartmentFactory(organisation=department.organisation)
    MembershipFactory(department=other, user=member, valid_from=date(2025, 1, 1))
    certify(member)
    Membership.objects.filter(department=department, user=member).update(valid_to=date(2026, 11, 23))
    assert "Alice Huber" not in as_bob.get(f"/departments/{department.uuid}/").content.decode()
    assert Evidence.objects.filter(user=member).exists()
    assert Membership.objects.filter(user=member).count() == 2


def test_fault_54_a_lead_who_left_sees_nothing(as_bob, bob, department):
    Membership.objects.filter(user=bob).update(valid_to=date(2026, 11, 23))
    assert as_bob.get(f"/departments/{department.uuid}/").status_code == 404


def test_fault_55_no_parameter_reaches_other_rows(as_bob, department, member, requirement):
    stranger = MembershipFactory(user__name="Hidden Stranger").user
    path = f"/departments/{department.uuid}/"
    for query in (
        {"department__name": "x"},
        {"user__email__contains": "@"},
        {"sort": "user__password"},
        {"state": "' OR 1=1 --"},
        {"profession": "radiologist') OR ('1'='1"},
        {"page": "-1"},
    ):
        answer = as_bob.get(path, query)
        assert answer.status_code in (200, 400)
        assert stranger.name not in answer.content.decode()


def test_my_duties(as_alice, alice, department, requirement):
    assert "Nothing is asked of you" in as_alice.get("/departments/duties/").content.decode()
    MembershipFactory(user=alice, department=department)
    page = as_alice.get("/departments/duties/").content.decode()
    assert "Course J" in page
    assert "Missing" in page


def test_a_membership_cannot_end_before_it_begins(department, alice):
    with pytest.raises(IntegrityError):
        Membership.objects.create(
            department=department, user=alice, valid_from=date(2026, 2, 1), valid_to=date(2026, 1, 1)
        )


def asked_of(client):
    """The cards of "What my department asks of me", as text."""
    page = client.get("/departments/duties/").content.decode()
    return [
        " ".join(re.sub(r"<[^>]+>", " ", card).split())
        for card in re.findall(r'<li class="card">(.*?)</li>', page, re.DOTALL)
    ]


def ask(department, **facts):
    given = {"course": CoursePage.objects.get(), "valid_from": date(2020, 1, 1), **facts}
    return Requirement.objects.create(organisation=department.organisation, **given)


def test_a_duty_of_another_profession_does_not_hide_mine(as_alice, member, department, requirement):
    ask(department, profession="referrer", every_months=60)
    nina = MembershipFactory(department=department, user__profession="referrer").user
    assert asked_of(as_alice) == ["Course J Missing"]
    as_alice.force_login(nina)
    assert asked_of(as_alice) == ["Course J Missing"]


@pytest.mark.parametrize("months", [(12, 60), (60, 12), (None, 12), (12, None)])
def test_the_same_course_is_asked_once_by_its_strictest_rule(as_alice, member, course, department, months):
    for every in months:
        ask(department, every_months=every)
    assert asked_of(as_alice) == ["Course J Missing"]
    certify(member, completed_at=NOON - timedelta(days=100))
    assert asked_of(as_alice) == ["Course J Done Valid until 16 August 2027"]
    Evidence.objects.update(completed_at=NOON - timedelta(days=500))
    assert asked_of(as_alice)[0].startswith("Course J Overdue")


def test_duties_of_several_departments_are_asked_in_as_many_queries(
    as_alice, alice, course, department, django_assert_max_num_queries
):
    for _ in range(8):
        other = MembershipFactory(user=alice).department
        ask(other, every_months=60)
    with django_assert_max_num_queries(18):
        assert len(asked_of(as_alice)) == 1


@pytest.mark.parametrize("count", [1, 15])
def test_queries_do_not_grow_with_departments(as_bob, bob, course, count, django_assert_max_num_queries):
    for _ in range(count):
        led = MembershipFactory(user=bob, role="lead").department
        MembershipFactory(department=led)
        ask(led, every_months=60)
    with django_assert_max_num_queries(18):
        page = as_bob.get("/departments/").content.decode()
    assert page.count("0 of 2 trained") == count


# --- what day it is ------------------------------------------------------------------------------------------------------


def test_a_completion_has_the_day_of_the_organisation(as_bob, department, member, requirement):
    department.organisation.timezone = "America/New_York"
    department.organisation.save()
    certify(member, completed_at=datetime(2026, 11, 24, 2, 0, tzinfo=UTC))  # in Vienna and New York: 24th and 23rd
    assert "Done 23 November 2026 , certificate: Alice Huber 23 November 2031" in row_of(
        as_bob, department, "Alice Huber"
    )


def test_a_completion_of_just_now_counts_where_it_is_still_yesterday(as_bob, department, member, requirement):
    department.organisation.timezone = "America/New_York"
    department.organisation.save()
    late = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)  # in Vienna the 25th, in New York the 24th
    with time_machine.travel(late, tick=False):
        certify(member, completed_at=late)
        assert "Done" in row_of(as_bob, department, "Alice Huber")


@pytest.mark.parametrize(
    ("zone", "leads"), [("Pacific/Auckland", True), ("Europe/Vienna", False), ("America/New_York", False)]
)
def test_who_leads_now_is_asked_by_the_calendar_of_each_organisation(as_bob, bob, zone, leads):
    led = MembershipFactory(
        user=bob,
        role="lead",
        valid_from=date(2026, 11, 25),  # at noon of the 24th in UTC it is the 25th in Auckland only
        department__organisation__timezone=zone,
    ).department
    assert (as_bob.get(f"/departments/{led.uuid}/").status_code == 200) is leads
    assert (led.name in as_bob.get("/departments/").content.decode()) is leads
    assert (led.name in as_bob.get("/start/").content.decode()) is leads


# --- in the CMS ----------------------------------------------------------------------------------------------------------


def require(client, department, **data):
    client.force_login(UserFactory(is_superuser=True, is_staff=True))
    given = {
        "organisation": department.organisation_id,
        "department": department.pk,
        "course": CoursePage.objects.get().pk,
        "due_soon_days": 90,
        "valid_from": "2026-01-01",
        "valid_to": "",
        **data,
    }
    return client.post("/cms/snippets/compliance/requirement/add/", given)


def test_a_requirement_is_entered(client, course, department):
    require(client, department)
    assert Requirement.objects.get().department == department


def test_a_requirement_of_another_organisations_department_is_refused(client, course, department):
    answer = require(client, department, organisation=DepartmentFactory().organisation_id)
    assert "This department belongs to another organisation." in answer.content.decode()
    assert not Requirement.objects.exists()


def test_a_requirement_that_ends_before_it_begins_is_refused(client, course, department):
    answer = require(client, department, valid_to="2025-12-31")
    assert "The last day lies before the first." in answer.content.decode()
    with pytest.raises(IntegrityError):
        ask(department, valid_from=date(2026, 1, 1), valid_to=date(2025, 12, 31))


@pytest.mark.parametrize(
    "path", ["snippets/departments/membership/add/", "snippets/compliance/requirement/add/", "person_chooser/"]
)
def test_administrators_enter_members_and_requirements_in_the_cms(client, path):
    client.force_login(UserFactory(is_superuser=True, is_staff=True))
    assert client.get(f"/cms/{path}").status_code == 200


def test_the_chooser_finds_people_by_name(client, alice):
    client.force_login(UserFactory(is_superuser=True, is_staff=True, name="Root"))
    found = client.get("/cms/person_chooser/results/", {"q": "huber"}).content.decode()
    assert "Alice Huber" in found
    assert "Root" not in found


def test_nothing_to_do_is_cheap(django_assert_num_queries):
    with django_assert_num_queries(1):
        sweep()
