"""The portal's own key is renewed before it ends, and the operator is told in time."""

from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from cryptography import x509
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command

from certificates.issuing import actions, keys, renewal
from certificates.issuing.inspection import Verdict, inspected
from certificates.issuing.models import SigningKey
from certificates.issuing.tasks import check_key
from portal.audit.models import Entry
from tests.certificates.factories import make_completion
from tests.factories import NOON

SOON = NOON + keys.KEY_LASTS - timedelta(days=100)


@pytest.fixture(autouse=True)
def own(settings, tmp_path):
    settings.SIGNING_FOLDER = tmp_path / "signing"
    return settings.SIGNING_FOLDER


def issued(at=NOON):
    return actions.issue(completion=make_completion(), at=at)


def renewed():
    out = StringIO()
    call_command("renew_signing_key", stdout=out)
    return out.getvalue()


def chain(folder):
    return x509.load_pem_x509_certificates((folder / "certificates.pem").read_bytes())


def test_a_new_key_signs_from_now_on_and_the_old_ones_work_stays(client, db, own):
    first = issued()
    before = actions.original(first)
    with time_machine.travel(SOON, tick=False):
        said = renewed()
    second = issued(at=SOON)
    old, new = SigningKey.objects.order_by("used_from")
    assert new.fingerprint in said
    assert (first.signing_key, second.signing_key) == (old, new)
    assert (old.used_to, new.used_from, new.used_to) == (SOON, SOON, None)
    assert chain(own)[1] == chain(own / "renewed-2")[1], "under the same authority"
    for certificate in (first, second):
        data = actions.original(certificate)
        assert inspected(data, [old.fingerprint, new.fingerprint]) == Verdict.INTACT
        upload = SimpleUploadedFile("c.pdf", data, "application/pdf")
        page = client.post(f"/verify/{certificate.uuid}", {"file": upload}).content.decode()
        assert "exactly the one issued" in page
    assert actions.original(first) == before
    pem = client.get("/verify/keys.pem").content.decode()
    assert all(row.certificates in pem for row in (old, new))
    assert Entry.objects.filter(verb="renewed signing key").count() == 1


def test_a_key_under_an_authority_that_ends_gets_a_new_one(db, own):
    issued()
    for years in (9, 18, 27):
        with time_machine.travel(NOON + timedelta(days=365 * years), tick=False):
            renewed()
            leaf, authority = chain(keys.own_folder())
            leaf.verify_directly_issued_by(authority)
            assert leaf.not_valid_after_utc <= authority.not_valid_after_utc
            assert issued(at=NOON + timedelta(days=365 * years)).issued_at
    assert keys.own_folder().name == "renewed-4"
    assert len({chain(path)[1] for path in (own, *own.glob("renewed-*"))}) == 2


def test_an_expired_key_is_renewed_too_and_what_waited_leaves(db):
    issued()
    late = NOON + keys.KEY_LASTS + timedelta(days=1)
    waiting = issued(at=late)
    assert waiting.issued_at is None
    renewal.renew(at=late)
    assert actions.issue(completion=waiting.completion, at=late).issued_at


def test_a_key_from_elsewhere_or_a_lost_authority_is_not_renewed(db, own, settings):
    issued()
    (own / "authority-key.pem").rename(own / "kept")
    with pytest.raises(CommandError, match="own authority cannot be read"):
        renewed()
    (own / "authority-key.pem").write_bytes((own / "key.pem").read_bytes())
    with pytest.raises(CommandError, match="not the key of the portal's own authority"):
        renewed()
    settings.SIGNING_KEY = str(own / "key.pem")
    with pytest.raises(CommandError, match="named by SIGNING_KEY"):
        renewed()
    assert [path.name for path in own.iterdir() if path.is_dir()] == []


def test_a_broken_off_renewal_is_not_seen(db, own, monkeypatch):
    issued()

    def breaks(*_):
        raise OSError("disk full")

    monkeypatch.setattr(keys.Path, "rename", breaks)
    with pytest.raises(OSError, match="disk full"):
        keys.renew_own(NOON)
    monkeypatch.undo()
    assert keys.own_folder() == own
    assert not [path for path in own.iterdir() if path.is_dir()]


def test_the_operator_is_told_once_a_week_and_well_before(db, settings, mailoutbox, own):
    settings.ADMINS = [("Operator", "operator@example.org")]
    check_key()
    issued()
    with time_machine.travel(NOON + keys.KEY_LASTS - timedelta(days=121), tick=False) as clock:
        check_key()
        assert not mailoutbox
        for _ in range(8):
            clock.shift(timedelta(days=1))
            check_key()
        assert len(mailoutbox) == 2
        assert "renew_signing_key" in mailoutbox[0].body
        assert "ends on" in mailoutbox[0].body
        renewed()
        clock.shift(timedelta(days=8))
        check_key()
        assert len(mailoutbox) == 2
    assert Entry.objects.filter(verb="found signing key about to end").count() == 2
