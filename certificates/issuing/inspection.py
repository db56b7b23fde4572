"""What the signature of a PDF from a stranger says. Runs as a process of its own, because such a file may be made to hang it.

``python -m certificates.issuing.inspection FINGERPRINT…`` reads the file from standard input and writes one ``Verdict``.
"""

import logging
import resource
import subprocess
import sys
from collections.abc import Collection
from enum import StrEnum
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyhanko.sign.validation import EmbeddedPdfSignature
    from pyhanko_certvalidator import ValidationContext

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 20  # for the whole process, on a busy machine too
PROCESSOR_SECONDS, MEMORY = 8, 1024**3


class Verdict(StrEnum):
    NOT_PDF = "not PDF"
    UNREADABLE = "unreadable"
    TOO_HARD = "too hard"
    UNSIGNED = "unsigned"
    FOREIGN = "foreign"  # signed, by keys that are not among ours
    ALTERED = "altered"  # ours, and the signature does not fit the bytes that it covers
    EXTENDED = "extended"  # ours, and something was added after it
    INTACT = "intact"  # ours, and nothing follows it but time stamps


def inspected(data: bytes, ours: Collection[str]) -> Verdict:
    """Judge a file within limits of time and memory.

    Args:
        data: the file; whoever takes it from a stranger limits its size.
        ours: SHA-256 fingerprints of the certificates of every key that this portal has signed with.
    """
    command = [sys.executable, "-m", "certificates.issuing.inspection", *ours]
    try:
        done = subprocess.run(  # noqa: S603  fingerprints from our own rows
            command, cwd=ROOT, env={"LANG": "C.UTF-8"}, input=data, capture_output=True, timeout=SECONDS, check=True
        )
        return Verdict(done.stdout.decode().strip())
    except (subprocess.SubprocessError, ValueError):
        return Verdict.TOO_HARD


def verdict_of(data: bytes, ours: Collection[str]) -> Verdict:
    """As ``inspected``, in this process and without limits."""
    from pyhanko.pdf_utils.reader import PdfFileReader

    if b"%PDF-" not in data[:1024]:
        return Verdict.NOT_PDF
    try:
        signatures = PdfFileReader(BytesIO(data), strict=False).embedded_regular_signatures
        by_us = [each for each in signatures if each.signer_cert.sha256_fingerprint.replace(" ", "").lower() in ours]
        if not by_us:
            return Verdict.FOREIGN if signatures else Verdict.UNSIGNED
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001  a hostile file may break a reader anywhere
        return Verdict.UNREADABLE
    try:
        return _of_ours(by_us[0])
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001
        return Verdict.ALTERED


def _of_ours(signature: "EmbeddedPdfSignature") -> Verdict:
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko.sign.validation.status import SignatureCoverageLevel
    from pyhanko_certvalidator import ValidationContext

    signer = signature.signer_cert  # trusted because it is one of ours, whatever its authority
    context = ValidationContext(trust_roots=[signer], moment=signer.not_valid_before, allow_fetching=False)
    status = validate_pdf_signature(signature, context, skip_diff=True)
    if not (status.intact and status.valid):
        return Verdict.ALTERED
    if status.coverage == SignatureCoverageLevel.ENTIRE_FILE:
        return Verdict.INTACT
    if status.coverage != SignatureCoverageLevel.ENTIRE_REVISION:
        return Verdict.ALTERED
    return Verdict.INTACT if _only_time_stamps_follow(signature, context) else Verdict.EXTENDED


def _only_time_stamps_follow(signature: "EmbeddedPdfSignature", context: "ValidationContext") -> bool:
    """Whether all that was added is what archives add (ISO 32000-2, 12.8.2.2), up to the end of the file."""
    from pyhanko.sign.diff_analysis import ModificationLevel
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko.sign.validation.status import SignatureCoverageLevel

    stamps = signature.reader.embedded_timestamp_signatures
    if not stamps or stamps[-1].evaluate_signature_coverage() != SignatureCoverageLevel.ENTIRE_FILE:
        return False
    level = validate_pdf_signature(signature, context).modification_level
    return level is not None and level <= ModificationLevel.LTA_UPDATES


def main() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    logging.disable(logging.CRITICAL)
    sys.stdout.write(verdict_of(sys.stdin.buffer.read(), set(sys.argv[1:])))


if __name__ == "__main__":
    main()
