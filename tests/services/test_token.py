"""A key in a PKCS#11 token: SoftHSM, with its real library, taken away and brought back."""

import io
import os
import subprocess
from types import SimpleNamespace

import pkcs11
import pyhanko.sign.pkcs11
import pytest
from asn1crypto.keys import ECDomainParameters, NamedCurve
from cryptography.hazmat.primitives.serialization import Encoding, load_der_public_key
from pkcs11.util.ec import encode_ec_public_key
from pyhanko.pdf_utils.reader import PdfFileReader

from certificates.issuing import actions, keys
from certificates.issuing.inspection import Verdict, inspected
from certificates.issuing.models import Certificate
from certificates.issuing.tasks import sweep
from courses.learning.models import Completion
from portal.audit.models import Entry
from portal.core.clock import now
from tests.certificates.factories import make_completion
from tests.factories import NOON, UserFactory

pytestmark = [pytest.mark.services, pytest.mark.django_db]

LIBRARY = "/usr/lib/softhsm/libsofthsm2.so"
PIN, TOKEN, LABEL = "2718", "portal", "certificates"


@pytest.fixture(scope="module")
def drawer(tmp_path_factory):
    """Where SoftHSM keeps its tokens; its library reads the place once a process."""
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder / 'tokens'}\nobjectstore.backend = file\n")
    os.environ["SOFTHSM2_CONF"] = str(folder / "softhsm2.conf")
    command = ["softhsm2-util", "--init-token", "--free", "--label", TOKEN, "--pin", PIN, "--so-pin", "314159"]
    subprocess.run(command, check=True, capture_output=True)
    yield folder / "tokens"
    del os.environ["SOFTHSM2_CONF"]


@pytest.fixture(scope="module")
def certificates(drawer, tmp_path_factory):
    """Of a key that was born in the token and never leaves it, and of the authority outside that vouches for it."""
    token = pkcs11.lib(LIBRARY).get_token(token_label=TOKEN)
    with token.open(user_pin=PIN, rw=True) as opened:
        parameters = opened.create_domain_parameters(
            pkcs11.KeyType.EC,
            {pkcs11.Attribute.EC_PARAMS: ECDomainParameters("named", NamedCurve("secp256r1")).dump()},
            local=True,
        )
        public, _ = parameters.generate_keypair(store=True, label=LABEL)
        born = SimpleNamespace(public_key=lambda: load_der_public_key(encode_ec_public_key(public)))
        authority, authority_key = keys._new_authority(NOON)
        leaf = keys._certificate("In a token", born, NOON, keys.KEY_LASTS, issuer=(authority, authority_key))
    path = tmp_path_factory.mktemp("certificates") / "certificates.pem"
    path.write_bytes(b"".join(each.public_bytes(Encoding.PEM) for each in (leaf, authority)))
    return path


@pytest.fixture
def in_use(settings, certificates):
    settings.SIGNING_PKCS11_MODULE, settings.SIGNING_CERTIFICATES = LIBRARY, str(certificates)
    settings.SIGNING_PKCS11_TOKEN, settings.SIGNING_PKCS11_LABEL, settings.SIGNING_PASSWORD = TOKEN, LABEL, PIN
    yield
    keys.forget_token()


def issued(name="Alice Huber"):
    return actions.issue(completion=make_completion(UserFactory(name=name)), at=now())


def test_a_key_in_a_token_signs(in_use, certificates):
    certificate = issued("Нина Ковалевская")
    data = actions.original(certificate)
    (signature,) = PdfFileReader(io.BytesIO(data)).embedded_signatures
    assert signature.signer_cert.public_key["algorithm"]["parameters"].native == "secp256r1"
    assert inspected(data, [certificate.signing_key.fingerprint]) == Verdict.INTACT
    assert not certificate.signing_key.is_own
    assert certificate.signing_key.certificates == certificates.read_text()


def test_fault_48_a_token_taken_away_and_brought_back(client, in_use, drawer, settings, mailoutbox):
    settings.ADMINS = [("Operator", "operator@example.org")]
    assert issued().issued_at
    gone = drawer.rename(drawer.with_name("gone"))
    drawer.mkdir()
    waiting = [issued(), issued()]
    Certificate.objects.update(created_at=NOON)
    sweep()
    for certificate in waiting:
        certificate.refresh_from_db()
        assert (certificate.issued_at, bool(certificate.file)) == (None, False)
        client.force_login(certificate.completion.enrolment.user)
        card = client.get(f"/certificates/card/{certificate.completion.enrolment.uuid}/").content.decode()
        assert "being prepared" in card
    (mail,) = mailoutbox
    assert "Certificates wait for a key" in mail.subject
    assert PIN not in mail.body + str(Entry.objects.get(verb="found no key to sign with").data)
    drawer.rmdir()
    gone.rename(drawer)
    sweep()
    for certificate in waiting:
        certificate.refresh_from_db()
        assert inspected(actions.original(certificate), [certificate.signing_key.fingerprint]) == Verdict.INTACT
    assert len({certificate.signing_key for certificate in waiting}) == 1


def test_fault_48_a_wrong_pin_is_tried_once_and_told_to_nobody(in_use, settings, mailoutbox, monkeypatch):
    """A token locks itself after a few; certificates wait, and the sweep comes every minute."""
    tried = []
    opened = pyhanko.sign.pkcs11.open_pkcs11_session
    monkeypatch.setattr(pyhanko.sign.pkcs11, "open_pkcs11_session", lambda *a, **k: tried.append(k) or opened(*a, **k))
    settings.ADMINS = [("Operator", "operator@example.org")]
    settings.SIGNING_PASSWORD = "9999"
    assert [issued().issued_at, issued().issued_at] == [None, None]
    assert len(tried) == 1
    assert "refuses SIGNING_PASSWORD" in mailoutbox[0].body
    assert "9999" not in mailoutbox[0].body
    settings.SIGNING_PASSWORD = PIN
    Completion.objects.update(completed_at=NOON)
    Certificate.objects.update(created_at=NOON)
    sweep()
    assert Certificate.objects.issued().count() == 2
