"""What becomes of a certificate: corrected, replaced, expired, revoked, erased; and what a stranger is told of it."""

import io
import json
from datetime import UTC, date, datetime, timedelta

import pypdfium2
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from post_office.models import Email
from pypdf import PdfReader

from certificates.compliance.models import Evidence
from certificates.compliance.tasks import sweep as follow
from certificates.issuing import actions, life, rules
from certificates.issuing.models import Certificate, Credential
from certificates.issuing.tasks import check_files, forget_old, sweep
from courses.catalogue.models import CoursePage
from courses.learning.models import Completion
from portal.audit.models import Entry
from portal.privacy.registry import holders
from tests.certificates.factories import make_completion
from tests.certificates.schemes import accredit, make_scheme
from tests.factories import NOON, UserFactory
from tests.pages import make_course, make_site

LATER = NOON + timedelta(hours=3)


@pytest.fixture
def certificate(alice):
    return actions.issue(completion=make_completion(alice), at=NOON)


@pytest.fixture
def as_dora(client, db):
    client.force_login(UserFactory(name="Dora", is_superuser=True, is_staff=True))
    return client


@pytest.fixture
def page(client):
    def get(certificate):
        return client.get(f"/verify/{certificate.uuid}").content.decode()

    return get


@pytest.fixture
def told(client):
    """What a program is told."""

    def get(certificate):
        return client.get(f"/verify/{certificate.uuid}?format=json").json()

    return get


def corrected(certificate, name="Alicia Huber", title=None, at=LATER):
    newer = life.reissue(
        certificate=certificate, holder_name=name, course_title=title or certificate.course_title, at=at
    )
    actions.issue(completion=certificate.completion, at=at)
    certificate.refresh_from_db()
    newer.refresh_from_db()
    return newer


def text_of(certificate):
    return pypdfium2.PdfDocument(actions.original(certificate))[0].get_textpage().get_text_bounded()


# --- corrected -------------------------------------------------------------------------------------------------------------


def test_fault_46_a_corrected_certificate_takes_the_place_of_the_old_one(certificate, page, told):
    before = actions.original(certificate)
    newer = corrected(certificate)
    assert newer.replaces == certificate
    assert newer.number != certificate.number
    assert "Alicia Huber" in text_of(newer)
    assert (newer.completed_on, newer.learning_minutes, newer.issuer) == (
        certificate.completed_on,
        certificate.learning_minutes,
        certificate.issuer,
    )
    assert actions.original(certificate) == before
    assert (told(certificate)["status"], told(newer)["status"]) == ("superseded", "valid")
    assert "replaced by a corrected one on" in page(certificate)
    assert {entry.verb for entry in Entry.objects.all()} >= {"began corrected certificate", "superseded certificate"}
    assert Email.objects.filter(to__contains="alice@example.org").count() == 2, "one a number"


def test_a_corrected_certificate_keeps_its_credits(alice, told):
    accredit(make_scheme(), make_course(make_site()))
    certificate = actions.issue(completion=make_completion(alice), at=NOON)
    newer = corrected(certificate)
    assert told(newer)["credits"] == told(certificate)["credits"]
    assert told(newer)["credits"]["accreditation"] == "board-2026-7"
    assert newer.credits_wording == certificate.credits_wording != ""


def test_a_changed_name_leads_nobody_to_the_new_one(certificate, page, told):
    newer = corrected(certificate, name="Alan Huber")
    seen = page(certificate) + json.dumps(told(certificate))
    for secret in ("Alan", newer.number, str(newer.uuid)):
        assert secret not in seen
    assert "Ask the holder" in seen
    assert "Alice" not in page(newer) + json.dumps(told(newer))


def test_a_corrected_title_leads_to_the_new_one(certificate, page, told, settings):
    newer = corrected(certificate, name=certificate.holder_name, title="Justification")
    assert newer.number in page(certificate)
    assert told(certificate)["superseded_by"] == f"{settings.PUBLIC_URL}/verify/{newer.uuid}"


def test_the_old_one_holds_until_the_new_one_is_issued(certificate, told, as_alice):
    life.reissue(certificate=certificate, holder_name="王", course_title=certificate.course_title, at=LATER)
    waiting = actions.issue(completion=certificate.completion, at=LATER)
    assert waiting.held_for == "name"
    assert told(certificate)["status"] == "valid"
    assert told(waiting) == {"status": "unknown"}
    actions.release(
        certificate=waiting, holder_name="Wang", course_title=waiting.course_title, at=LATER
    )  # and a sweep finds it
    sweep()
    assert told(certificate)["status"] == "superseded"
    assert told(waiting)["holder"] == "Wang"


def test_asked_twice_there_is_one_and_no_second_branch(certificate):
    facts = {"holder_name": "Alicia Huber", "course_title": certificate.course_title}
    first = life.reissue(certificate=certificate, **facts, at=LATER)
    assert life.reissue(certificate=certificate, **facts, at=LATER) == first
    with pytest.raises(life.NotReplaceableError):
        life.reissue(certificate=certificate, holder_name="Another", course_title="Another", at=LATER)
    assert Certificate.objects.count() == 2
    again = corrected(corrected(certificate), name="Alice Huber")
    assert Certificate.objects.newest_of(certificate.completion) == again


def test_a_revoked_one_is_not_corrected_and_revoking_stops_the_correction(certificate):
    newer = life.reissue(certificate=certificate, holder_name="Eve", course_title="Justification", at=LATER)
    actions.revoke(certificate=certificate, reason="identity", at=LATER)
    actions.issue(completion=certificate.completion, at=LATER)
    sweep()
    newer.refresh_from_db()
    assert (newer.issued_at, newer.revoked_reason) == (None, "identity")
    with pytest.raises(life.NotReplaceableError):
        life.reissue(certificate=certificate, holder_name="Another", course_title="Another", at=LATER)


def test_of_every_fact_is_decided_whether_a_corrected_one_takes_it_over():
    """A new column of the certificate is named here or in ``life.TAKEN_OVER``."""
    own = {"id", "uuid", "number", "replaces", "created_at", "issued_at", "file", "sha256", "signing_key", "stamped_at"}
    own |= {
        "design",
        "held_because",
        "held_for",
        "mailed_at",
        "revoked_at",
        "revoked_reason",
        "superseded_at",
        "erased_at",
    }
    assert {field.name for field in Certificate._meta.concrete_fields} == own | set(life.TAKEN_OVER)


def test_the_evidence_follows(certificate):
    follow()
    newer = corrected(certificate)
    follow()
    old, new = Evidence.objects.order_by("pk")
    assert (old.certificate, new.certificate) == (certificate, newer)
    assert (old.withdrawn_at is None, new.withdrawn_at) == (False, None)


def test_the_holder_sees_both(certificate, as_alice):
    newer = corrected(certificate)
    mine = as_alice.get("/certificates/").content.decode()
    assert f"{certificate.number} was replaced by {newer.number}" in mine
    assert f"/certificates/{newer.uuid}.pdf" in mine
    card = as_alice.get(f"/certificates/card/{certificate.completion.enrolment.uuid}/").content.decode()
    assert newer.number in card


def test_an_administrator_corrects_in_the_cms(as_dora, certificate):
    path = f"/cms/certificates/{certificate.pk}/reissue/"
    assert path in as_dora.get(f"/cms/certificates/{certificate.pk}/decide/").content.decode()
    same = {"holder_name": certificate.holder_name, "course_title": certificate.course_title}
    assert "Nothing is corrected" in as_dora.post(path, same).content.decode()
    assert "王 (U+738B)" in as_dora.post(path, {**same, "holder_name": "王"}).content.decode()
    assert as_dora.post(path, {**same, "holder_name": "Alicia Huber"}).status_code == 302
    actions.issue(completion=certificate.completion, at=NOON)
    assert Certificate.objects.issued().get(replaces=certificate).holder_name == "Alicia Huber"
    assert "cannot be corrected" in as_dora.get(path).content.decode()
    assert as_dora.post(path, {**same, "holder_name": "Other"}).status_code == 409
    as_dora.force_login(UserFactory())
    assert as_dora.get(path).status_code in (302, 403)


# --- expired ---------------------------------------------------------------------------------------------------------------


def test_a_course_may_give_its_certificates_an_end(alice, page, told):
    make_course(make_site())
    CoursePage.objects.update(certificate_months=12)
    completion = make_completion(alice, completed_at=datetime(2028, 2, 29, 9, tzinfo=UTC))
    certificate = actions.issue(completion=completion, at=completion.completed_at)
    CoursePage.objects.update(certificate_months=None)
    assert certificate.expires_on == date(2029, 2, 28)
    assert "valid until 28 February 2029" in text_of(certificate)
    record = json.loads(PdfReader(io.BytesIO(actions.original(certificate))).attachments["certificate.json"][0])
    assert record["expires_on"] == "2029-02-28"
    last = datetime(2029, 2, 28, 22, 59, tzinfo=UTC)  # 23:59 in Vienna
    with time_machine.travel(last, tick=False):
        assert told(certificate)["status"] == "valid"
        assert "Valid until" in page(certificate)
    with time_machine.travel(last + timedelta(minutes=2), tick=False):
        assert told(certificate)["status"] == "expired"
        assert "It was valid until" in page(certificate)


def test_without_a_setting_there_is_no_end(certificate, told):
    assert certificate.expires_on is None
    assert "valid until" not in text_of(certificate)
    assert told(certificate)["expires_on"] is None


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 600))
def test_the_last_day_lies_so_many_months_later(day, months):
    last = rules.last_day(day, months)
    assert (last.year * 12 + last.month) - (day.year * 12 + day.month) == months
    assert last.day == day.day or (last + timedelta(days=1)).day == 1


@given(st.booleans(), st.booleans(), st.booleans(), st.none() | st.dates(), st.dates())
def test_the_word_that_warns_most_comes_first(revoked, superseded, erased, end, on):
    status = rules.status_of(revoked=revoked, superseded=superseded, expires_on=end, erased=erased, on=on)
    assert (status == "revoked") == revoked
    if status == "valid":
        assert not any((superseded, erased, end and on > end))


# --- erased ----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def holder():
    return next(each for each in holders() if each.name == "certificates")


def test_fault_82_the_copy_holds_every_file_and_only_hers(certificate, alice, holder):
    actions.issue(completion=make_completion(UserFactory(name="Ben Other")), at=NOON)
    files = {name: b"".join(pieces) for name, pieces in holder.export(alice)}
    (facts,) = json.loads(files.pop("certificates.json"))
    assert (facts["holder"], facts["number"]) == ("Alice Huber", certificate.number)
    assert files.pop(f"credential-{certificate.number}.json").decode() == certificate.credential.document
    assert files.pop(f"credential-{certificate.number}.jwt").decode() == certificate.credential.token
    assert list(files.values()) == [actions.original(certificate)]


def test_fault_82_erased_the_number_stays_and_the_name_is_nowhere(client, certificate, alice, holder, page, told):
    data = actions.original(certificate)
    held = actions.issue(completion=make_completion(alice, course_title="正"), at=NOON)
    assert holder.erase(alice, LATER) == {"certificates_erased": 2}
    assert holder.erase(alice, LATER) == {"certificates_erased": 0}
    certificate.refresh_from_db()
    assert not certificate.file.storage.exists(certificate.file.name)
    answer = told(certificate)
    assert (answer["status"], answer["holder"], answer["number"]) == ("erased", None, certificate.number)
    assert answer["sha256"] == certificate.sha256
    assert "Issued, holder erased" in page(certificate)
    whole = page(certificate) + json.dumps(answer) + str(list(Certificate.objects.values()))
    whole += str(list(Credential.objects.values()))
    assert "Huber" not in whole
    assert "sha256$" not in whole, "the digest of her address"
    assert not Credential.objects.made().exists()
    assert Credential.objects.filter(number=certificate.number).exists(), "its place stays taken"
    upload = SimpleUploadedFile("c.pdf", data, "application/pdf")
    assert client.post("/verify/", {"file": upload}).url == f"/verify/{certificate.uuid}"
    sweep()
    check_files()
    held.refresh_from_db()
    assert (held.issued_at, held.held_because) == (None, "")
    assert not Entry.objects.filter(verb="found certificate file damaged").exists()
    client.force_login(alice)
    assert client.get(f"/certificates/{certificate.uuid}.pdf").status_code == 404
    assert "Certificate erased" in client.get("/certificates/").content.decode()


def test_an_erased_one_that_is_revoked_says_so(certificate, alice, told, page):
    life.erase_person(person=alice, at=LATER)
    actions.revoke(certificate=certificate, reason="conduct", at=LATER)
    assert (told(certificate)["status"], told(certificate)["holder"]) == ("revoked", None)
    assert "Rules of the course broken" in page(certificate)


def test_after_the_years_of_the_operator_holders_are_erased(certificate, settings):
    settings.CERTIFICATES_KEPT_YEARS = 10
    with time_machine.travel(NOON.replace(year=2036), tick=False) as clock:
        forget_old()
        assert Certificate.objects.get().erased_at is None
        clock.shift(timedelta(days=1))
        settings.CERTIFICATES_KEPT_YEARS = 0
        forget_old()
        assert Certificate.objects.get().erased_at is None
        settings.CERTIFICATES_KEPT_YEARS = 10
        forget_old()
    assert Certificate.objects.get().erased_at


# --- numbers and answers ----------------------------------------------------------------------------------------------------


def test_fault_45_a_number_given_twice_is_refused_by_the_database(certificate, monkeypatch):
    monkeypatch.setattr(rules, "new_number", lambda: certificate.number)
    other = make_completion()
    with pytest.raises((IntegrityError, Certificate.DoesNotExist)), transaction.atomic():
        actions.issue(completion=other, at=NOON)
    monkeypatch.undo()
    assert actions.issue(completion=other, at=NOON).number != certificate.number


def test_fault_81_numbers_after_a_restore_are_not_those_given_before(certificate):
    """Nothing counts up, so a database that forgot its last rows gives none of their numbers to somebody else."""
    given = certificate.number
    Credential.objects.all().delete()
    Certificate.objects.filter(pk=certificate.pk).delete()
    again = {rules.new_number() for _ in range(20_000)} | {
        actions.issue(completion=Completion.objects.get(), at=NOON).number
    }
    assert len(again) == 20_001
    assert given not in again


def test_fault_36_known_and_unknown_take_the_same_work(client, certificate):
    """The same questions about certificates in the same order; after them the portal looks every 404 up among redirects."""
    newer = corrected(certificate)
    waiting = actions._row(make_completion(), NOON)
    erased = actions.issue(completion=make_completion(), at=NOON)
    life.erase(certificate=erased, at=NOON)
    unknown = "1b4e28ba-2fa1-41d2-883f-0016d3cca427"
    client.get(f"/verify/{unknown}")
    for suffix in ("", "?format=json"):
        asked = []
        for uuid in (certificate.uuid, newer.uuid, waiting.uuid, erased.uuid, unknown):
            with CaptureQueriesContext(connection) as queries:
                client.get(f"/verify/{uuid}{suffix}")
            said = [query["sql"].split("WHERE")[0] for query in queries]
            asked.append([each for each in said if "issuing_" in each])
        assert asked[-1]
        for each in asked:
            assert each == asked[-1]
