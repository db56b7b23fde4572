"""PAdES signatures (ETSI EN 319 142-1) that nobody sees on the page: a visible one breaks the standards."""

from datetime import datetime
from io import BytesIO

from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.signers.pdf_signer import DSSContentSettings, SigDSSPlacementPreference

from certificates.issuing import timestamps
from certificates.issuing.keys import Key, KeyAwayError, forget_token
from certificates.issuing.timestamps import UNSEEN, TimeStampError
from portal.core.failpoints import failpoint

FIELD = "Signature"
BESIDE_CERTIFICATES = (
    2048  # bytes in a signature: the value (512 of RSA with 4096 bits), attributes and the name of the issuer
)


def signed(data: bytes, key: Key, service: timestamps.Service | None = None) -> bytes:
    """The PDF with a signature appended that allows no change after it.

    Args:
        service: gives a time stamp for the signature (level B-T), which is enclosed with the certificates of both chains in
            the same revision (the form of B-LT); without it the level is B-B.

    Raises:
        KeyAwayError: the key does not sign now, such as one in a token that was taken out.
        TimeStampError: the service gives no time stamp now.
    """
    metadata = PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
        embed_validation_info=service is not None,
        validation_context=timestamps.trusted(key) if service else None,
        dss_settings=DSSContentSettings(include_vri=False, placement=SigDSSPlacementPreference.TOGETHER_WITH_SIGNATURE),
    )
    signer = PdfSigner(
        metadata,
        signer=key.signer,
        timestamper=service,
        new_field_spec=SigFieldSpec(FIELD, on_page=0, invis_sig_settings=UNSEEN),
    )
    out = BytesIO()
    try:
        signer.sign_pdf(
            IncrementalPdfFileWriter(BytesIO(data)), output=out, bytes_reserved=None if service else room_for(key)
        )
    except TimeStampError:
        raise
    except Exception as error:  # whatever a token's library raises
        forget_token()
        raise KeyAwayError(f"the signing key does not sign ({type(error).__name__})") from error
    return out.getvalue()


def room_for(key: Key) -> int:
    """Hexadecimal digits that a signature without time stamp may take; pyHanko would sign twice to learn how many."""
    certificates = (key.certificate, *key.issuers)
    return 2 * (BESIDE_CERTIFICATES + sum(len(each.public_bytes(Encoding.DER)) for each in certificates))


def signed_and_stamped(data: bytes, key: Key, at: datetime) -> tuple[bytes, bool]:
    """The signed PDF, and whether it has a time stamp: one that cannot be had now never keeps anybody waiting.

    Whatever goes wrong on the way to it, also with the chain of the key, the same key is asked once more for a plain signature.

    Raises:
        KeyAwayError: as for ``signed``.
    """
    if timestamps.is_available():
        try:
            stamped = signed(data, key, timestamps.service(at))
            failpoint("certificate.after_stamp")
        except (TimeStampError, KeyAwayError) as error:
            timestamps.note_away(str(error))
        else:
            return stamped, True
    return signed(data, key), False


def unsigned(data: bytes) -> bytes:
    """The bytes that were signed first: the file as drawn, before any signature was appended."""
    drawn = PdfFileReader(BytesIO(data)).xrefs.get_startxref_for_revision(0)
    return data[: data.index(b"%%EOF", drawn) + len(b"%%EOF")] + b"\n"
