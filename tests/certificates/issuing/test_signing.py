"""Nothing leaves unsigned; the key may come from files, be lost, expire or change."""

import io
import stat
from datetime import timedelta

import pytest
import time_machine
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from pydantic import ValidationError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import as_signing_certificate_v2

from certificates.issuing import actions, keys
from certificates.issuing.models import Certificate, SigningKey
from certificates.issuing.tasks import sweep
from portal.audit.models import Entry
from portal.config.env import Env
from tests.certificates.factories import make_completion
from tests.factories import NOON, UserFactory

NAMED = (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME, NameOID.ORGANIZATIONAL_UNIT_NAME, NameOID.LOCALITY_NAME)


@pytest.fixture(autouse=True)
def own(settings, tmp_path):
    """Where the portal's own authority will lie: nothing is there yet."""
    settings.SIGNING_FOLDER = tmp_path / "signing"
    return settings.SIGNING_FOLDER


@pytest.fixture
def elsewhere(settings, tmp_path):
    """A key and certificates that an operator got from somewhere else; not yet set."""
    kept, settings.SIGNING_FOLDER = settings.SIGNING_FOLDER, tmp_path / "authority"
    keys.make_own(NOON)
    settings.SIGNING_FOLDER = kept
    return tmp_path / "authority"


def use(settings, key, certificates=""):
    settings.SIGNING_KEY, settings.SIGNING_CERTIFICATES = str(key), str(certificates)


def loaded(folder):
    key = serialization.load_pem_private_key((folder / "key.pem").read_bytes(), None)
    return key, x509.load_pem_x509_certificates((folder / "certificates.pem").read_bytes())


def issued(at=NOON, name="Alice Huber"):
    return actions.issue(completion=make_completion(UserFactory(name=name)), at=at)


def signer_of(certificate):
    """The fingerprint of the certificate inside the file's one signature."""
    (signature,) = PdfFileReader(io.BytesIO(actions.original(certificate))).embedded_signatures
    signature.compute_integrity_info()
    assert signature.coverage.name == "ENTIRE_FILE"
    return signature.signer_cert.sha256_fingerprint.replace(" ", "").lower()


def test_what_is_signed_beside_the_document_is_what_pyhanko_itself_would_sign(db):
    for certificate in (issued(), issued(name="Bea Novak")):  # each has a value of its own
        (signature,) = PdfFileReader(io.BytesIO(actions.original(certificate))).embedded_signatures
        attributes = {each["type"].native: each["values"] for each in signature.signer_info["signed_attrs"]}
        assert set(attributes) == {"content_type", "message_digest", "signing_certificate_v2"}
        expected = as_signing_certificate_v2(signature.signer_cert).dump()
        assert [each.dump() for each in attributes["signing_certificate_v2"]] == [expected]


def assert_waits(client, certificate):
    certificate.refresh_from_db()
    assert (certificate.issued_at, bool(certificate.file), certificate.held_because) == (None, False, "")
    client.force_login(certificate.completion.enrolment.user)
    card = client.get(f"/certificates/card/{certificate.completion.enrolment.uuid}/").content.decode()
    assert "being prepared" in card
    assert ".pdf" not in card


# --- the portal's own authority ------------------------------------------------------------------------------------------


def test_without_a_setting_the_portal_makes_its_own_authority_once(db, own):
    certificate = issued()
    assert signer_of(certificate) == certificate.signing_key.fingerprint
    again = issued()
    assert again.signing_key == certificate.signing_key
    assert certificate.signing_key.is_own
    key, (leaf, authority) = loaded(own)
    assert key.curve.name == "secp256r1"
    leaf.verify_directly_issued_by(authority)
    assert {stat.S_IMODE(path.stat().st_mode) for path in own.iterdir()} == {0o600}
    assert stat.S_IMODE(own.stat().st_mode) == 0o700


def test_two_processes_at_once_make_one_authority(own):
    keys.make_own(NOON)
    first = (own / "key.pem").read_bytes()
    keys.make_own(NOON)
    assert (own / "key.pem").read_bytes() == first
    assert [path.name for path in own.parent.iterdir()] == ["signing"]


def test_fault_48_an_own_key_that_is_lost_is_not_replaced_silently(client, db, own):
    issued()
    kept = own.rename(own.with_name("kept"))
    waiting = issued(at=NOON + timedelta(hours=1))
    assert_waits(client, waiting)
    assert not own.exists()
    kept.rename(own)
    sweep()
    waiting.refresh_from_db()
    assert waiting.issued_at
    assert SigningKey.objects.count() == 1


# --- a key that is away ----------------------------------------------------------------------------------------------------


def garbage(folder):
    (folder / "key.pem").write_text("no key")


def gone(folder):
    (folder / "key.pem").unlink()


def of_another(folder):
    (folder / "key.pem").write_bytes((folder / "authority-key.pem").read_bytes())


@time_machine.travel(NOON + timedelta(hours=1), tick=False)
@pytest.mark.parametrize("spoil", [garbage, gone, of_another])
def test_fault_48_a_key_missing_or_unreadable_issues_nothing_and_tells_once(
    client, db, settings, mailoutbox, elsewhere, spoil
):
    settings.ADMINS = [("Operator", "operator@example.org")]
    use(settings, elsewhere / "key.pem", elsewhere / "certificates.pem")
    good = (elsewhere / "key.pem").read_bytes()
    spoil(elsewhere)
    waiting = [issued(), issued()]
    sweep()
    for certificate in waiting:
        assert_waits(client, certificate)
    (mail,) = mailoutbox
    assert mail.to == ["operator@example.org"]
    assert "SIGNING" in mail.body or "cannot be read" in mail.body
    (elsewhere / "key.pem").write_bytes(good)
    sweep()
    assert Certificate.objects.issued().count() == 2
    assert len(mailoutbox) == 1


def test_fault_48_an_expired_key_signs_nothing(client, db, settings, mailoutbox, elsewhere):
    settings.ADMINS = [("Operator", "operator@example.org")]
    use(settings, elsewhere / "key.pem", elsewhere / "certificates.pem")
    assert issued(at=NOON + keys.KEY_LASTS - timedelta(days=1)).issued_at
    late = NOON + keys.KEY_LASTS + timedelta(days=1)
    assert_waits(client, issued(at=late))
    assert_waits(client, issued(at=late + timedelta(hours=1)))
    assert len(mailoutbox) == 1
    assert "ended on" in mailoutbox[0].body
    issued(at=late + timedelta(days=1))
    assert len(mailoutbox) == 2, "a day later it is told again"


def test_fault_48_a_token_that_does_not_answer_issues_nothing(client, db, settings, elsewhere):
    settings.SIGNING_PKCS11_MODULE = "/nowhere/token.so"
    settings.SIGNING_CERTIFICATES = str(elsewhere / "certificates.pem")
    settings.SIGNING_PKCS11_TOKEN, settings.SIGNING_PKCS11_LABEL = "portal", "certificates"
    assert_waits(client, issued())
    assert Entry.objects.filter(verb="found no key to sign with").count() == 1


def test_fault_48_the_names_of_secrets_reach_nobody(db, settings, mailoutbox, elsewhere):
    settings.ADMINS = [("Operator", "operator@example.org")]
    key, _ = loaded(elsewhere)
    locked = serialization.BestAvailableEncryption(b"right")
    (elsewhere / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, locked)
    )
    use(settings, elsewhere / "key.pem", elsewhere / "certificates.pem")
    settings.SIGNING_PASSWORD = "wrong-and-secret"
    issued()
    told = mailoutbox[0].body + str(Entry.objects.get(verb="found no key to sign with").data)
    assert "wrong-and-secret" not in told


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"signing_pkcs11_module": "/usr/lib/token.so"}, "needs SIGNING_CERTIFICATES"),
        (
            {
                "signing_pkcs11_module": "/usr/lib/token.so",
                "signing_certificates": "c.pem",
                "signing_pkcs11_token": "portal",
                "signing_pkcs11_label": "certificates",
                "signing_key": "key.pem",
            },
            "not in both",
        ),
    ],
)
def test_half_a_token_or_two_keys_stop_the_start(given, told):
    with pytest.raises(ValidationError, match=told):
        Env(_env_file=None, **given)


# --- keys from elsewhere -----------------------------------------------------------------------------------------------------


def test_a_key_in_pem_with_a_password(db, settings, elsewhere):
    key, _ = loaded(elsewhere)
    locked = serialization.BestAvailableEncryption(b"password")
    (elsewhere / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, locked)
    )
    use(settings, elsewhere / "key.pem", elsewhere / "certificates.pem")
    settings.SIGNING_PASSWORD = "password"
    certificate = issued()
    assert signer_of(certificate) == certificate.signing_key.fingerprint
    assert not certificate.signing_key.is_own


def test_a_key_in_pkcs12(db, settings, elsewhere):
    key, (leaf, authority) = loaded(elsewhere)
    locked = serialization.BestAvailableEncryption(b"password")
    (elsewhere / "key.p12").write_bytes(pkcs12.serialize_key_and_certificates(b"x", key, leaf, [authority], locked))
    use(settings, elsewhere / "key.p12")
    settings.SIGNING_PASSWORD = "password"
    certificate = issued()
    assert signer_of(certificate) == certificate.signing_key.fingerprint
    assert certificate.signing_key.certificates.count("BEGIN CERTIFICATE") == 2


def test_the_longest_key_and_names_of_a_bought_certificate_have_room(db, settings, tmp_path):
    """RSA with 4096 bits, two authorities above it, and every name as long as X.520 allows."""
    keys_of = [rsa.generate_private_key(65537, 4096) for _ in range(3)]
    names = [x509.Name([x509.NameAttribute(kind, kind.dotted_string[-1] * 64) for kind in NAMED]) for _ in keys_of]
    names[0] = x509.Name([*names[0], x509.NameAttribute(NameOID.SURNAME, "Leaf")])
    chain = [
        x509.CertificateBuilder()
        .subject_name(names[n])
        .issuer_name(names[above])
        .public_key(keys_of[n].public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOON - timedelta(days=1))
        .not_valid_after(NOON + timedelta(days=900))
        .add_extension(x509.BasicConstraints(ca=n > 0, path_length=None), critical=True)
        .sign(keys_of[above], hashes.SHA256())
        for n, above in ((0, 1), (1, 2), (2, 2))
    ]
    bundle = pkcs12.serialize_key_and_certificates(
        b"x", keys_of[0], chain[0], chain[1:], serialization.BestAvailableEncryption(b"password")
    )
    (tmp_path / "long.p12").write_bytes(bundle)
    use(settings, tmp_path / "long.p12")
    settings.SIGNING_PASSWORD = "password"
    certificate = issued()
    assert certificate.issued_at
    assert signer_of(certificate) == certificate.signing_key.fingerprint


def test_a_change_of_key_is_kept_and_changes_no_issued_file(db, settings, elsewhere):
    first = issued()
    before = actions.original(first)
    use(settings, elsewhere / "key.pem", elsewhere / "certificates.pem")
    later = NOON + timedelta(days=30)
    second = issued(at=later)
    old, new = SigningKey.objects.order_by("used_from")
    assert (first.signing_key, second.signing_key) == (old, new)
    assert (old.used_from, old.used_to, new.used_from, new.used_to) == (NOON, later, later, None)
    assert actions.original(first) == before
    assert signer_of(second) == new.fingerprint
    assert Entry.objects.filter(verb="began to sign with key").count() == 2
