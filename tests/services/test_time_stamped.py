"""Time stamps and later editions as others judge them: veraPDF, poppler's pdfsig, openssl."""

import io
import re
import subprocess

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from certificates.issuing import actions, editions, renewal
from certificates.issuing.inspection import Verdict, inspected
from portal.core.clock import now
from tests.certificates.factories import make_completion
from tests.certificates.issuing.conftest import _stamp_service, stamps  # noqa: F401
from tests.certificates.issuing.spoilt import flipped, noted
from tests.factories import NOON, UserFactory
from tests.services.test_signatures import openssl, pdfsig
from tests.support.verapdf import VeraPdf

pytestmark = [pytest.mark.services, pytest.mark.django_db]

NAMES = {"cyrillic": "Нина Ковалевская", "arabic": "الدكتورة ليلى بنت عبد الرحمن", "200 wide": "W" * 200}


@pytest.fixture(scope="module")
def verapdf():
    checker = VeraPdf()
    yield checker
    checker.stop()


@pytest.fixture(params=["at once", "later", "signed anew"])
def made(request, stamps, settings, tmp_path):  # noqa: F811
    """A way to get a time stamp: gives the certificate and the file with it."""
    settings.SIGNING_FOLDER = tmp_path / "signing"

    def make(name):
        stamps.mood = "good" if request.param == "at once" else "fails"
        certificate = actions.issue(completion=make_completion(UserFactory(name=name)), at=NOON)
        stamps.mood = "good"
        if request.param == "later":
            return certificate, editions.add_time_stamp(certificate=certificate, at=NOON)
        if request.param == "signed anew":
            renewal.renew(at=now())
            return certificate, editions.sign_anew(certificate=certificate, at=NOON)
        assert certificate.stamped_at
        return certificate, certificate

    return make


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
def test_with_a_time_stamp_both_standards_pass(made, verapdf, tmp_path, name):
    _, file = made(name)
    path = tmp_path / "judged.pdf"
    path.write_bytes(actions.original(file))
    assert [verapdf.judge(path, flavour) for flavour in ("3a", "ua1")] == ["pass", "pass"]


def test_pdfsig_and_openssl_agree(made, tmp_path):
    """Of a time stamp that was added later they see that the signature does not cover it; ours knows why that is right."""
    _, file = made("Alice Huber")
    authority = tmp_path / "authority.pem"
    authority.write_text(file.signing_key.certificates)

    def told(data):
        path = tmp_path / "asked.pdf"
        path.write_bytes(data)
        return inspected(data, [file.signing_key.fingerprint]), pdfsig(path), openssl(data, tmp_path, authority)

    data = actions.original(file)
    follows = bool(PdfFileReader(io.BytesIO(data)).embedded_timestamp_signatures)
    assert told(data) == (Verdict.INTACT, "whole", "part" if follows else "whole")
    assert told(flipped(data)) == (Verdict.ALTERED, "broken", "broken")
    assert told(noted(data))[0] == Verdict.EXTENDED
    assert told(noted(data))[2] == "part"
    if follows:
        assert "Verification: OK" in openssl_of_stamp(data, tmp_path)


def openssl_of_stamp(data, folder):
    """As docs/verification.md tells it: the second range, and the token between its brackets."""
    (folder / "authority.pem").write_text((folder / "stamp-authorities.pem").read_text())
    named = re.findall(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)", data)[1]
    first, length, second, rest = (int(number) for number in named)
    (folder / "message").write_bytes(
        bytes.fromhex(data[first + length : second].strip(b"<> \r\n").decode()).rstrip(b"\0")
    )
    (folder / "content").write_bytes(data[first : first + length] + data[second : second + rest])
    command = ["openssl", "ts", "-verify", "-token_in", "-in", folder / "message", "-data", folder / "content"]
    done = subprocess.run([*command, "-CAfile", folder / "authority.pem"], capture_output=True, text=True, check=False)
    return done.stdout + done.stderr
