"""People in the CMS: never deleted with their records, and no right is given or taken unseen."""

import pytest
from django.contrib.auth.models import Group

from certificates.issuing.actions import issue
from portal.accounts.actions import give_consent
from portal.accounts.models import User
from portal.audit.models import Entry
from tests.certificates.factories import make_completion
from tests.factories import NOON, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def dora():
    return UserFactory(name="Dora", is_superuser=True, is_staff=True)


@pytest.fixture
def as_dora(client, dora):
    client.force_login(dora)
    return client


DOORS = [
    lambda client, person: client.post(f"/cms/users/delete/{person.pk}/"),
    lambda client, person: client.post(f"/cms/bulk/accounts/user/delete/?id={person.pk}"),
]
RECORDS = {
    "certificates": lambda person: issue(completion=make_completion(person), at=NOON),
    "enrolments": make_completion,
    "memberships": lambda person: MembershipFactory(user=person),
}


@pytest.mark.parametrize("delete", DOORS)
@pytest.mark.parametrize("kind", RECORDS)
def test_a_person_with_records_is_kept_and_the_page_says_what_to_do(as_dora, alice, delete, kind):
    RECORDS[kind](alice)
    answer = delete(as_dora, alice)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Close the account instead" in page
    assert f"/cms/users/edit/{alice.pk}/" in page
    assert User.objects.filter(pk=alice.pk).exists()
    assert not Entry.objects.filter(verb="deleted in the CMS").exists()


def test_who_is_about_to_delete_is_told_before_confirming(as_dora, alice):
    make_completion(alice)
    assert "Close the account instead" in as_dora.get(f"/cms/users/delete/{alice.pk}/").content.decode()


@pytest.mark.parametrize("delete", DOORS)
def test_a_person_without_records_is_deleted_and_the_log_says_so(as_dora, dora, alice, delete):
    give_consent(user=alice, version="1", language="en")
    delete(as_dora, alice)
    assert not User.objects.filter(pk=alice.pk).exists()
    entry = Entry.objects.get(verb="deleted in the CMS")
    assert (entry.target_id, entry.actor) == (str(alice.uuid), dora)
    assert alice.email not in str(entry.data)


def test_a_role_that_is_given_stands_in_the_log(as_dora, alice):
    editors = Group.objects.get(name="Editors")
    address = f"/cms/bulk/accounts/user/assign_role/?id={alice.pk}"
    assert as_dora.post(address, {"role": editors.pk}).status_code == 302
    assert Entry.objects.get(verb="assign_role in the CMS").data == {"role": "Editors"}
    form = as_dora.get(f"/cms/users/edit/{alice.pk}/").context["form"]
    values = {name: form[name].value() for name in form.fields}
    given = {name: value for name, value in values.items() if value not in (None, False)}
    answer = as_dora.post(f"/cms/users/edit/{alice.pk}/", {**given, "groups": [editors.pk], "is_superuser": "on"})
    assert answer.status_code == 302
    entry = Entry.objects.get(verb="edited in the CMS")
    assert entry.data == {"groups": ["Editors"], "administrator": True, "active": True}
