"""Time stamps (RFC 3161) from the service that the settings name: that a signature was there while its key was good.

A service is a stranger: it may be away, slow, endless or somebody else. What it answers counts once it fits the question and
one of the authorities in ``TIMESTAMP_CERTIFICATES`` vouches for it; until then a certificate is valid without.
"""

import asyncio
from datetime import datetime, timedelta
from functools import lru_cache
from io import BytesIO
from pathlib import Path

import httpx
import structlog
from asn1crypto import cms, tsp
from cryptography import x509
from django.conf import settings
from django.core.cache import cache
from pyhanko.keys import internal
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import InvisSigSettings
from pyhanko.sign.signers import PdfTimeStamper
from pyhanko.sign.signers.pdf_signer import TimestampDSSContentSettings
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.validation.generic_cms import validate_tst_signed_data
from pyhanko_certvalidator import ValidationContext

from certificates.issuing.keys import Key

log = structlog.get_logger(__name__)
LARGEST = 64 * 1024  # bytes of an answer; real ones have some 6,000
AWAY = "time-stamp-service-away"
ASK_AGAIN = timedelta(minutes=1)
# As of the signature: PDF/A wants the print flag, PDF/UA an untagged field out of sight.
UNSEEN = InvisSigSettings(set_print_flag=True, set_hidden_flag=False, box_out_of_bounds=True)


class TimeStampError(Exception):
    """There is no time stamp now: the service does not answer in time, or its answer is not good."""


class Service(TimeStamper):
    """Asks the service over HTTP, in a limited time for everything, and believes no answer unchecked."""

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
        data = b""
        async with (
            asyncio.timeout(settings.TIMESTAMP_SECONDS),
            httpx.AsyncClient(auth=_login(), timeout=settings.TIMESTAMP_SECONDS) as client,
            client.stream("POST", settings.TIMESTAMP_URL, content=req.dump(), headers=headers) as answer,
        ):
            answer.raise_for_status()
            async for piece in answer.aiter_bytes():
                data += piece
                if len(data) > LARGEST:
                    raise TimeStampError("the time-stamp service answers with more than a time stamp")
        return tsp.TimeStampResp.load(data, strict=True)

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        """A token for the digest.

        Raises:
            TimeStampError: there is none that could be believed.
        """
        try:
            token = await super().async_timestamp(message_digest, md_algorithm)
            told = await validate_tst_signed_data(token["content"], trusted(), lambda _: message_digest)
        except TimeStampError:
            raise
        except Exception as error:  # whatever a network and a stranger's answer bring about
            raise TimeStampError(f"the time-stamp service gives none ({type(error).__name__})") from error
        if not (told["intact"] and told["valid"]):
            raise TimeStampError("the answer of the time-stamp service does not fit")
        if told["trust_problem_indic"] is not None:
            raise TimeStampError("nobody in TIMESTAMP_CERTIFICATES vouches for the time-stamp service")
        return token


def _login() -> tuple[str, str] | None:
    return (settings.TIMESTAMP_USER, settings.TIMESTAMP_PASSWORD) if settings.TIMESTAMP_USER else None


def trusted(key: Key | None = None) -> ValidationContext:
    """Whom to believe: the authorities of the time-stamp service, and that of ``key``. What they revoked is not fetched.

    Raises:
        TimeStampError: ``TIMESTAMP_CERTIFICATES`` cannot be read.
    """
    try:
        named = x509.load_pem_x509_certificates(Path(settings.TIMESTAMP_CERTIFICATES).read_bytes())
    except (OSError, ValueError) as error:
        raise TimeStampError(f"TIMESTAMP_CERTIFICATES cannot be read ({type(error).__name__})") from error
    ours = [(key.issuers or (key.certificate,))[-1]] if key else []
    return ValidationContext(
        trust_roots=[internal.translate_pyca_cryptography_cert_to_asn1(each) for each in (*named, *ours)],
        other_certs=[internal.translate_pyca_cryptography_cert_to_asn1(each) for each in (key.issuers if key else ())],
        allow_fetching=False,
    )


def is_available() -> bool:
    """Whether to ask: a service is set, and it did not fail within the last minute, so that an absent one delays nobody."""
    return bool(settings.TIMESTAMP_URL) and not cache.get(AWAY)


def note_away(reason: str) -> None:
    """Ask no more for a minute."""
    log.warning("time-stamp service away", reason=reason)
    cache.set(AWAY, True, ASK_AGAIN.total_seconds())


def service(at: datetime) -> Service:
    """One for the process and the hour: it keeps an answer to know the size of the next, and whose certificate it was."""
    return _service(settings.TIMESTAMP_URL, settings.TIMESTAMP_CERTIFICATES, f"{at:%Y-%m-%d %H}")


@lru_cache(maxsize=1)
def _service(_url: str, _certificates: str, _hour: str) -> Service:
    return Service()  # type: ignore[no-untyped-call]


def stamped(data: bytes, at: datetime) -> bytes:
    """The signed PDF with a time stamp of the document appended, and the certificates of the service beside it.

    Raises:
        TimeStampError: there is none now.
    """
    field = f"Timestamp{len(PdfFileReader(BytesIO(data)).embedded_timestamp_signatures) + 1}"
    out = BytesIO()
    try:
        PdfTimeStamper(service(at), field_name=field, invis_settings=UNSEEN).timestamp_pdf(
            IncrementalPdfFileWriter(BytesIO(data)),
            "sha256",
            validation_context=trusted(),
            output=out,
            dss_settings=TimestampDSSContentSettings(include_vri=False, update_before_ts=True),
        )
    except TimeStampError:
        raise
    except Exception as error:  # such as a certificate of the service that ends meanwhile
        raise TimeStampError(f"the time stamp cannot be added ({type(error).__name__})") from error
    return out.getvalue()
