"""What the verification pages say of a file that is not, byte for byte, one of this portal's."""

import subprocess
import sys
import time
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from certificates.issuing import actions, inspection, keys
from certificates.issuing.inspection import Verdict, inspected
from certificates.issuing.models import Certificate, SigningKey
from certificates.issuing.signing import signed
from tests.certificates.factories import make_completion
from tests.certificates.issuing.spoilt import cut, flipped, noted, printed, resaved, retitled
from tests.factories import NOON, UserFactory


@pytest.fixture
def certificate(db):
    return actions.issue(completion=make_completion(), at=NOON)


@pytest.fixture
def data(certificate):
    return actions.original(certificate)


@pytest.fixture
def upload(client):
    """Posts a file to a page and gives its status and text."""

    def post(content, path="/verify/"):
        answer = client.post(path, {"file": SimpleUploadedFile("c.pdf", content, "application/pdf")})
        return answer.status_code, answer.content.decode()

    return post


WORDS = [
    (flipped, "the signature does not fit"),
    (resaved, "the signature does not fit"),
    (noted, "something was added after it"),
    (retitled, "something was added after it"),
    (lambda data: data + b"\n% more", "something was added after it"),
    (printed, "carries no signature"),
    (cut, "damaged or incomplete"),
    (lambda _: b"PK\x03\x04 a letter", "is no PDF"),
    (lambda _: b"%PDF-1.7\n1 0 obj\n<<", "damaged or incomplete"),
]


@pytest.mark.parametrize(("spoil", "words"), WORDS)
def test_fault_37_each_bad_file_is_refused_with_the_right_words(upload, certificate, data, spoil, words):
    for path, expected in (("/verify/", 404), (f"/verify/{certificate.uuid}", 200)):
        status, page = upload(spoil(data), path)
        assert status == expected
        assert words in page
        assert ("no longer as this portal issued it" in page) != ("not one that this portal has issued" in page)
        assert "exactly the one issued" not in page


def test_fault_38_a_look_alike_authority_is_not_ours(upload, settings, tmp_path, data, certificate):
    """The same names, the same software, another key; whatever it encloses of ours."""
    settings.SIGNING_FOLDER = tmp_path / "eve"
    keys.make_own(NOON)
    eve = keys.current(NOON)
    assert eve.certificate.subject.rfc4514_string() == "CN=Certificates of localhost:8000"
    again = signed(printed(data), eve)
    status, page = upload(again)
    assert status == 404
    assert "signed, but not by this portal" in page


def test_the_file_of_another_certificate_is_named(upload, certificate, data):
    other = actions.issue(completion=make_completion(UserFactory()), at=NOON)
    _, page = upload(actions.original(other), f"/verify/{certificate.uuid}")
    assert "that of another certificate" in page
    assert other.number in page
    assert "exactly the one issued" in upload(data, f"/verify/{certificate.uuid}")[1]


def test_what_we_signed_and_no_longer_know_is_told_apart(upload, certificate, data):
    """Such as after a backup was restored."""
    Certificate.objects.filter(pk=certificate.pk).update(sha256="0" * 64)
    status, page = upload(data)
    assert status == 404
    assert "Signed by this portal, but unknown" in page


def test_every_byte_that_is_signed_counts(certificate, data):
    """No flipped bit outside the padding of the signature leaves a file intact."""
    ours = [certificate.signing_key.fingerprint]
    start, end = data.index(b"/Contents <") + 11, data.index(b">", data.index(b"/Contents <") + 11)
    for at in [*range(0, start, 2999), *range(end, len(data), 211)]:
        changed = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        assert inspection.verdict_of(changed, ours) != Verdict.INTACT, at
    assert inspection.verdict_of(data, ours) == Verdict.INTACT


def bomb(size):
    """A PDF of two megabytes whose cross-reference stream unfolds to ``size`` MiB."""
    squeezed = zlib.compressobj(9)
    begun = squeezed.compress(b"") + squeezed.flush(zlib.Z_FULL_FLUSH)
    block = squeezed.compress(b"\0" * 1024**2) + squeezed.flush(zlib.Z_FULL_FLUSH)  # the same wherever it stands
    stream = begun + block * size + squeezed.flush()
    head = b"%%PDF-1.7\n1 0 obj\n<</Type/XRef/W[1 4 2]/Size 9/Filter/FlateDecode/Length %d>>\nstream\n" % len(stream)
    return head + stream + b"\nendstream\nendobj\nstartxref\n9\n%%EOF"


def test_a_file_made_to_exhaust_the_machine_is_given_up(upload, db):
    begun = time.monotonic()
    status, page = upload(bomb(1536))
    assert status == 404
    assert "too complicated" in page or "damaged" in page
    assert time.monotonic() - begun < inspection.SECONDS + 5


def test_a_file_that_takes_too_long_is_given_up(monkeypatch):
    monkeypatch.setattr(inspection, "SECONDS", 0.05)
    assert inspected(b"%PDF-1.7", []) == Verdict.TOO_HARD


def test_inspecting_starts_without_the_portal():
    """The process for strangers' files holds neither settings nor database."""
    code = "import sys, certificates.issuing.inspection as i; i.verdict_of(b'x', []); print('django' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", code], cwd=inspection.ROOT, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "False"


def test_the_page_says_whose_authority_vouches(client, certificate):
    page = client.get(f"/verify/{certificate.uuid}").content.decode()
    assert "own authority, for which nobody else vouches" in page
    answer = client.get(f"/verify/{certificate.uuid}?format=json")
    assert answer.json()["signed_with"] == certificate.signing_key.fingerprint
    SigningKey.objects.update(is_own=False)
    assert "another authority vouches" in client.get(f"/verify/{certificate.uuid}").content.decode()
    Certificate.objects.update(signing_key=None)
    assert "before this portal signed" in client.get(f"/verify/{certificate.uuid}").content.decode()


def test_the_certificates_of_every_key_are_there_for_everybody(client, certificate):
    pem = client.get("/verify/keys.pem").content.decode()
    assert pem == certificate.signing_key.certificates
    assert pem.count("BEGIN CERTIFICATE") == 2
