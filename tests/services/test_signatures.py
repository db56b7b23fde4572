"""pyHanko, poppler's pdfsig and openssl agree on every file, good or bad."""

import io
import re
import subprocess

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from certificates.issuing import actions
from certificates.issuing.inspection import Verdict, inspected
from tests.certificates.factories import make_completion
from tests.certificates.issuing.spoilt import cut, flipped, noted, printed, resaved, retitled
from tests.factories import NOON, UserFactory

pytestmark = [pytest.mark.services, pytest.mark.django_db]


@pytest.fixture
def certificate():
    return actions.issue(completion=make_completion(UserFactory(name="Нина Ковалевская")), at=NOON)


@pytest.fixture
def told(certificate, tmp_path):
    """What the three say of some bytes: ours, ``pdfsig``, ``openssl``."""
    authority = tmp_path / "authority.pem"
    authority.write_text(certificate.signing_key.certificates)

    def ask(data):
        path = tmp_path / "asked.pdf"
        path.write_bytes(data)
        return (
            inspected(data, [certificate.signing_key.fingerprint]),
            pdfsig(path),
            openssl(data, tmp_path, authority),
        )

    return ask


def pdfsig(path):
    """``whole``, ``part`` (valid, and more follows), ``broken``, or ``none``."""
    done = subprocess.run(["pdfsig", "-nocert", path], capture_output=True, text=True, timeout=60, check=False)
    if "Signature is Valid" in done.stdout:
        return "whole" if "Total document signed" in done.stdout else "part"
    return "broken" if "Signature Validation" in done.stdout else "none"


def openssl(data, folder, authority):
    """The same, from the bytes alone: the message between the brackets over the ranges that it names."""
    named = re.search(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)", data)
    if named is None:
        return "none"
    first, length, second, rest = (int(number) for number in named.groups())
    between = data[first + length : second].strip(b"<> \r\n")
    if second + rest > len(data) or not re.fullmatch(rb"[0-9A-Fa-f]+", between):
        return "broken"
    (folder / "message").write_bytes(bytes.fromhex(between.decode()))
    (folder / "content").write_bytes(data[first : first + length] + data[second : second + rest])
    command = [
        *("openssl", "cms", "-verify", "-binary", "-cades", "-inform", "DER", "-in", folder / "message"),
        *("-content", folder / "content", "-CAfile", authority, "-purpose", "any", "-no_check_time", "-out", "/dev/null"),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, timeout=60, check=False)
    if done.returncode:
        return "broken"
    return "whole" if second + rest == len(data) else "part"


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (lambda data: data, (Verdict.INTACT, "whole", "whole")),
        (flipped, (Verdict.ALTERED, "broken", "broken")),
        (resaved, (Verdict.ALTERED, "broken", "broken")),
        (noted, (Verdict.EXTENDED, "part", "part")),
        (retitled, (Verdict.EXTENDED, "part", "part")),
        (printed, (Verdict.UNSIGNED, "none", "none")),
        (cut, (Verdict.UNREADABLE, "none", "none")),
    ],
    ids=["good", "flipped", "resaved", "noted", "retitled", "printed", "cut"],
)
def test_fault_37_three_programs_agree(certificate, told, spoil, expected):
    assert told(spoil(actions.original(certificate))) == expected


def test_the_signature_is_pades_with_p256_and_allows_no_change(certificate):
    (signature,) = PdfFileReader(io.BytesIO(actions.original(certificate))).embedded_signatures
    assert signature.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    assert signature.docmdp_level.name == "NO_CHANGES"
    assert signature.signer_cert.public_key["algorithm"]["parameters"].native == "secp256r1"
    assert signature.md_algorithm == "sha256"
    assert list(signature.sig_field["/Rect"])[2:] == list(signature.sig_field["/Rect"])[:2]
