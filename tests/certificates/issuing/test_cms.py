"""What administrators do with certificates in the CMS."""

import pytest
from django.contrib.auth.models import Permission

from certificates.issuing import actions
from portal.audit.models import Entry
from tests.certificates.factories import make_completion
from tests.factories import NOON, UserFactory


@pytest.fixture
def as_dora(client, db):
    client.force_login(UserFactory(name="Dora", is_superuser=True, is_staff=True))
    return client


def test_found_by_name_and_revoked_with_a_reason(as_dora):
    certificate = actions.issue(completion=make_completion(UserFactory(name="Ilse Unique")), at=NOON)
    page = as_dora.get("/cms/certificates/", {"q": "Ilse Uni"}).content.decode()
    assert certificate.number in page
    assert f"/cms/certificates/{certificate.pk}/decide/" in page
    assert as_dora.get(f"/cms/certificates/{certificate.pk}/decide/").status_code == 200
    as_dora.post(f"/cms/certificates/{certificate.pk}/decide/", {"reason": "identity"})
    certificate.refresh_from_db()
    assert certificate.revoked_reason == "identity"


def test_a_held_one_is_released_with_a_name_that_can_be_printed(as_dora):
    certificate = actions.issue(completion=make_completion(UserFactory(name="王小明")), at=NOON)
    path = f"/cms/certificates/{certificate.pk}/decide/"
    title = certificate.course_title
    answer = as_dora.post(path, {"holder_name": "王 Xiaoming", "course_title": title})
    assert "王 (U+738B)" in answer.content.decode()
    as_dora.post(path, {"holder_name": "Wang Xiaoming", "course_title": title})
    certificate.refresh_from_db()
    assert (certificate.is_held, certificate.held_for, certificate.holder_name) == (False, "", "Wang Xiaoming")


def test_a_title_that_cannot_be_printed_is_mended_on_the_certificate(as_dora):
    completion = make_completion(UserFactory(name="Ana"), course_title="正当化 Justification")
    certificate = actions.issue(completion=completion, at=NOON)
    as_dora.post(f"/cms/certificates/{certificate.pk}/decide/", {"holder_name": "Ana", "course_title": "Justification"})
    certificate = actions.issue(completion=completion, at=NOON)
    assert certificate.issued_at
    assert (certificate.holder_name, certificate.course_title) == ("Ana", "Justification")
    entry = Entry.objects.get(verb="released certificate")
    assert entry.data == {"name_changed": False, "title_changed": True}


def test_one_that_is_being_prepared_is_only_shown(as_dora):
    certificate = actions._row(make_completion(UserFactory(name="Ana")), NOON)
    path = f"/cms/certificates/{certificate.pk}/decide/"
    page = as_dora.get(path).content.decode()
    assert "being prepared" in page
    assert "Release certificate" not in page
    answer = as_dora.post(path, {"holder_name": "Eve", "course_title": "Another"})
    assert answer.status_code == 409
    certificate.refresh_from_db()
    assert certificate.holder_name == "Ana"


def test_a_revoked_one_is_only_shown(as_dora):
    certificate = actions.issue(completion=make_completion(), at=NOON)
    actions.revoke(certificate=certificate, reason="error", at=NOON)
    path = f"/cms/certificates/{certificate.pk}/decide/"
    assert "Issued in error" in as_dora.get(path).content.decode()
    assert as_dora.post(path, {"reason": "identity"}).status_code == 409


def test_nothing_is_added_edited_or_deleted_by_hand(as_dora):
    certificate = actions.issue(completion=make_completion(), at=NOON)
    for path in ("new/", f"edit/{certificate.pk}/", f"delete/{certificate.pk}/"):
        answer = as_dora.get(f"/cms/certificates/{path}")
        assert answer.status_code in (302, 404)
        assert "/cms/certificates/" not in answer.headers.get("Location", "")


def test_editors_may_not_revoke(client, db):
    certificate = actions.issue(completion=make_completion(), at=NOON)
    carol = UserFactory()
    carol.user_permissions.add(Permission.objects.get(codename="access_admin"))
    client.force_login(carol)
    client.post(f"/cms/certificates/{certificate.pk}/decide/", {"reason": "error"})
    certificate.refresh_from_db()
    assert certificate.revoked_at is None
