"""A time stamp is had at once or later, and nobody ever waits for it."""

import hashlib
import io
import time
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from pydantic import ValidationError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from certificates.issuing import actions, editions, keys, timestamps
from certificates.issuing.inspection import Verdict, inspected
from certificates.issuing.models import Edition
from certificates.issuing.tasks import add_time_stamps, check_files
from portal.audit.models import Entry
from portal.config.env import Env
from tests.certificates.factories import make_completion
from tests.certificates.issuing.spoilt import noted, retitled
from tests.factories import NOON, UserFactory
from tests.support.timestamping import LOGIN, StampService

AWAY = ["refuses", "fails", "garbage", "endless", "slow", "drips", "stale", "other"]


def issued(at=NOON, user=None):
    return actions.issue(completion=make_completion(user), at=at)


def signatures_of(data):
    reader = PdfFileReader(io.BytesIO(data))
    return reader.embedded_regular_signatures, reader.embedded_timestamp_signatures, reader


def stamped_signature(data):
    """How a validator that trusts nobody sees the one signature."""
    (signature,), later, reader = signatures_of(data)
    assert not later
    assert "/DSS" in reader.root, "the certificates of both chains are enclosed"
    context = ValidationContext(trust_roots=[signature.signer_cert], allow_fetching=False)
    return validate_pdf_signature(signature, context)


def back_again():
    """The minute in which the service is not asked is over."""
    cache.delete(timestamps.AWAY)


def test_with_a_service_the_issued_file_has_its_time_stamp(db, stamps):
    certificate = issued()
    status = stamped_signature(actions.original(certificate))
    assert (status.intact, status.valid, status.coverage.name) == (True, True, "ENTIRE_FILE")
    assert status.timestamp_validity.intact
    assert status.timestamp_validity.valid
    assert certificate.stamped_at == NOON
    assert not certificate.editions.exists()
    assert inspected(actions.original(certificate), [certificate.signing_key.fingerprint]) == Verdict.INTACT


def test_the_service_is_asked_once_a_certificate(db, stamps):
    issued()
    before = stamps.asked
    issued()
    assert stamps.asked == before + 1


def test_without_a_service_nobody_is_asked(db, stamps, settings):
    settings.TIMESTAMP_URL = ""
    certificate = issued()
    add_time_stamps()
    assert (certificate.stamped_at, stamps.asked) == (None, 0)


@pytest.mark.parametrize("mood", AWAY)
def test_fault_49_a_service_that_gives_none_keeps_nobody_waiting(client, db, stamps, settings, mood):
    stamps.mood, settings.TIMESTAMP_SECONDS = mood, 1
    begun = time.monotonic()
    certificate = issued()
    assert time.monotonic() - begun < 10
    assert certificate.issued_at
    assert certificate.stamped_at is None
    data = actions.original(certificate)
    assert inspected(data, [certificate.signing_key.fingerprint]) == Verdict.INTACT
    client.force_login(certificate.completion.enrolment.user)
    assert ".pdf" in client.get(f"/certificates/card/{certificate.completion.enrolment.uuid}/").content.decode()


def test_fault_49_a_service_that_is_down_or_a_stranger_is_not_believed(db, stamps, settings, tmp_path):
    other = StampService()
    settings.TIMESTAMP_URL = other.url  # its authority is not the one that is named
    assert issued().stamped_at is None
    assert other.asked
    other.stop()
    back_again()
    assert issued().stamped_at is None


def test_fault_49_authorities_that_are_lost_or_garbage_block_nobody(db, stamps, settings, tmp_path):
    (tmp_path / "garbage.pem").write_text("no certificate")
    for path in ("/nowhere.pem", str(tmp_path / "garbage.pem")):
        settings.TIMESTAMP_CERTIFICATES = path
        back_again()
        certificate = issued()
        assert certificate.issued_at
        assert certificate.stamped_at is None
        back_again()
        add_time_stamps()
    settings.TIMESTAMP_CERTIFICATES = str(tmp_path / "stamp-authorities.pem")
    back_again()
    add_time_stamps()
    assert Edition.objects.count() == 2


def test_fault_49_a_chain_that_does_not_fit_blocks_nobody(db, stamps, settings, tmp_path):
    """A signature needs no chain, what is enclosed beside a time stamp does."""
    for name in ("signing", "stranger"):
        settings.SIGNING_FOLDER = tmp_path / name
        keys.make_own(NOON)
    leaf = (tmp_path / "signing" / "certificates.pem").read_text().partition("-----END CERTIFICATE-----\n")
    stranger = (tmp_path / "stranger" / "certificates.pem").read_text().partition("-----END CERTIFICATE-----\n")
    (tmp_path / "mixed.pem").write_text(leaf[0] + leaf[1] + stranger[2])
    settings.SIGNING_KEY = str(tmp_path / "signing" / "key.pem")
    settings.SIGNING_CERTIFICATES = str(tmp_path / "mixed.pem")
    certificate = issued()
    assert (certificate.issued_at, certificate.stamped_at) == (NOON, None)


def test_fault_49_one_that_is_away_is_left_alone_for_a_minute(db, stamps):
    stamps.mood = "fails"
    for _ in range(3):
        issued()
    assert stamps.asked == 1


def test_fault_49_the_time_stamp_comes_later_and_the_issued_file_stays(client, db, stamps):
    stamps.mood = "fails"
    certificate = issued(user=UserFactory(name="Alice Huber"))
    before = actions.original(certificate)
    back_again()
    add_time_stamps()
    assert not Edition.objects.exists()
    stamps.mood = "good"
    back_again()
    for _ in range(2):
        add_time_stamps()
    certificate.refresh_from_db()
    edition = certificate.editions.get()
    later = actions.original(edition)
    assert actions.original(certificate) == before
    assert certificate.sha256 == hashlib.sha256(before).hexdigest()
    assert later.startswith(before)
    assert (edition.kind, edition.made_of, certificate.stamped_at) == ("stamped", certificate.sha256, edition.made_at)
    _, (stamp,), _ = signatures_of(later)
    assert stamp.evaluate_signature_coverage().name == "ENTIRE_FILE"
    assert Entry.objects.filter(verb="made edition of certificate").count() == 1

    def verified(data):
        upload = SimpleUploadedFile("c.pdf", data, "application/pdf")
        return client.post(f"/verify/{certificate.uuid}", {"file": upload}).content.decode()

    assert "exactly the one issued" in verified(before)
    assert "in the edition of" in verified(later)
    upload = SimpleUploadedFile("c.pdf", later, "application/pdf")
    assert client.post("/verify/", {"file": upload}).url == f"/verify/{certificate.uuid}"
    told = client.get(f"/verify/{certificate.uuid}?format=json").json()
    assert told["sha256"] == certificate.sha256
    (named,) = told["editions"]
    assert (named["kind"], named["sha256"]) == ("stamped", edition.sha256)
    client.force_login(certificate.completion.enrolment.user)
    assert b"".join(client.get(f"/certificates/{certificate.uuid}.pdf").streaming_content) == later


def test_fault_49_the_operator_is_told_once_a_day(db, stamps, settings, mailoutbox):
    settings.ADMINS = [("Operator", "operator@example.org")]
    stamps.mood = "fails"
    with time_machine.travel(NOON, tick=False) as clock:
        issued()
        for _ in range(3):
            back_again()
            add_time_stamps()
        assert [mail.subject for mail in mailoutbox] == [f"{settings.EMAIL_SUBJECT_PREFIX}{SUBJECT}"]
        clock.shift(timedelta(days=1))
        back_again()
        add_time_stamps()
        assert len(mailoutbox) == 2


SUBJECT = "The time-stamp service does not answer"


def test_what_archives_add_is_no_change_and_anything_else_is(db, stamps):
    """Also when the row of the edition is lost, or when somebody else's archive has added its own time stamp."""
    stamps.mood = "fails"
    certificate = issued()
    stamps.mood = "good"
    ours = [certificate.signing_key.fingerprint]
    once = timestamps.stamped(actions.original(certificate), NOON)
    twice = timestamps.stamped(once, NOON)
    assert [inspected(data, ours) for data in (once, twice)] == [Verdict.INTACT, Verdict.INTACT]
    for spoilt in (noted(once), retitled(once), once + b"\n% more"):
        assert inspected(spoilt, ours) == Verdict.EXTENDED
    hidden = timestamps.stamped(noted(actions.original(certificate)), NOON)
    assert inspected(hidden, ours) == Verdict.EXTENDED, "a note is no better for a time stamp behind it"


def test_a_login_and_a_wrong_one(db, stamps, settings, tmp_path):
    guarded = StampService(login=True)
    try:
        (tmp_path / "guarded.pem").write_text(guarded.authority)
        settings.TIMESTAMP_URL, settings.TIMESTAMP_CERTIFICATES = guarded.url, str(tmp_path / "guarded.pem")
        assert issued().stamped_at is None
        back_again()
        settings.TIMESTAMP_USER, settings.TIMESTAMP_PASSWORD = LOGIN
        assert issued().stamped_at
    finally:
        guarded.stop()


def test_fault_52_a_lost_edition_is_told_and_the_issued_file_is_handed_out(client, db, stamps):
    stamps.mood = "fails"
    certificate = issued()
    stamps.mood = "good"
    edition = editions.add_time_stamp(certificate=certificate, at=NOON)
    edition.file.storage.delete(edition.file.name)
    check_files()
    assert Entry.objects.get(verb="found certificate file damaged").target_id == str(edition.uuid)
    client.force_login(certificate.completion.enrolment.user)
    answer = client.get(f"/certificates/{certificate.uuid}.pdf")
    assert b"".join(answer.streaming_content) == actions.original(certificate)


def test_one_that_is_revoked_gets_none(db, stamps):
    stamps.mood = "fails"
    certificate = issued()
    stamps.mood = "good"
    actions.revoke(certificate=certificate, reason="error", at=NOON)
    assert editions.add_time_stamp(certificate=certificate, at=NOON) is None


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"timestamp_url": "ftp://stamps.example"}, "starts with https"),
        ({"timestamp_url": "https://stamps.example"}, "needs TIMESTAMP_CERTIFICATES"),
        ({"timestamp_url": "https://stamps.example", "timestamp_certificates": "/nowhere.pem"}, "needs TIMESTAMP_C"),
    ],
)
def test_half_a_service_stops_the_start(given, told):
    with pytest.raises(ValidationError, match=told):
        Env(_env_file=None, **given)
