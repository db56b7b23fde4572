"""What administrators change about who works where and what is asked enters the log."""

from datetime import date

import pytest

from certificates.compliance.models import Requirement
from courses.catalogue.models import CoursePage
from portal.audit.models import Entry
from portal.departments.models import Department, Membership, Organisation
from tests.factories import DepartmentFactory, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def dora():
    return UserFactory(name="Dora", is_superuser=True, is_staff=True)


@pytest.fixture
def as_dora(client, dora):
    client.force_login(dora)
    return client


def log_of(target):
    return list(
        Entry.objects.filter(target_type=target._meta.label_lower, target_id=str(getattr(target, "uuid", target.pk)))
        .order_by("pk")
        .values_list("verb", flat=True)
    )


def samples(department, course, alice):
    """For each kind of snippet its model, what is entered for a new one, and what is changed later."""
    return {
        "membership": (
            Membership,
            {"department": department.pk, "user": alice.pk, "role": "member", "valid_from": "2026-01-01"},
            {"role": "lead"},
        ),
        "department": (
            Department,
            {"organisation": department.organisation_id, "name": "Dental X-ray"},
            {"name": "Dental imaging"},
        ),
        "organisation": (
            Organisation,
            {"name": "Inn Hospital", "country": "AT", "timezone": "Europe/Vienna"},
            {"timezone": "Europe/Berlin"},
        ),
        "requirement": (
            Requirement,
            {
                "organisation": department.organisation_id,
                "course": CoursePage.objects.get().pk,
                "due_soon_days": "90",
                "valid_from": "2026-01-01",
            },
            {"every_months": "12"},
        ),
    }


@pytest.mark.parametrize("kind", ["membership", "department", "organisation", "requirement"])
@pytest.mark.parametrize("in_bulk", [False, True])
def test_what_is_created_edited_and_deleted_is_recorded(as_dora, dora, department, course, alice, kind, in_bulk):
    model, entered, changed = samples(department, course, alice)[kind]
    known = set(model.objects.values_list("pk", flat=True))
    base = f"/cms/snippets/{model._meta.app_label}/{kind}"
    as_dora.post(f"{base}/add/", entered)
    made = model.objects.exclude(pk__in=known).get()
    as_dora.post(f"{base}/edit/{made.pk}/", {**entered, **changed})
    if in_bulk:
        as_dora.post(f"/cms/bulk/{model._meta.app_label}/{kind}/delete/?id={made.pk}")
    else:
        as_dora.post(f"{base}/delete/{made.pk}/")
    assert not model.objects.filter(pk=made.pk).exists()
    assert log_of(made) == ["created in the CMS", "edited in the CMS", "deleted in the CMS"]
    entries = Entry.objects.filter(target_type=made._meta.label_lower).order_by("pk")
    assert {entry.actor for entry in entries} == {dora}
    (name, value) = next(iter(changed.items()))
    assert entries[1].data["changed"] == [name]
    assert entries[2].data[name] == value


def test_saving_without_a_change_is_no_entry(as_dora, department):
    path = f"/cms/snippets/departments/department/edit/{department.pk}/"
    as_dora.post(path, {"organisation": department.organisation_id, "name": department.name})
    assert log_of(department) == []


def test_the_log_names_people_by_number_only(as_dora, alice, department):
    membership = MembershipFactory(user=alice, department=department, valid_from=date(2026, 1, 1))
    as_dora.post(f"/cms/snippets/departments/membership/delete/{membership.pk}/")
    entry = Entry.objects.get(verb="deleted in the CMS")
    assert entry.data["user_id"] == str(alice.pk)
    assert alice.email not in str(entry.data)
    assert alice.name not in str(entry.data)


def test_a_department_with_members_is_not_deleted(as_dora, department, alice):
    MembershipFactory(user=alice, department=department)
    as_dora.post(f"/cms/snippets/departments/department/delete/{department.pk}/")
    assert Department.objects.filter(pk=department.pk).exists()
    assert log_of(department) == []
    other = DepartmentFactory()
    as_dora.post(f"/cms/snippets/departments/department/delete/{other.pk}/")
    assert log_of(other) == ["deleted in the CMS"]
