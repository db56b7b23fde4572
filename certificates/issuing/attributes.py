"""The signed attribute that every signature with one key shares: which certificate signed (RFC 5035)."""

from collections.abc import Iterable

from asn1crypto.tsp import SigningCertificateV2
from asn1crypto.x509 import Certificate
from pyhanko.sign.attributes import CMSAttributeProvider, SignedAttributeProviderSpec
from pyhanko.sign.general import as_signing_certificate_v2


class Encoded(SigningCertificateV2):
    """Read from DER, and told as it was read. Built from its parts, as pyHanko builds it for each signature, it is encoded
    some hundred times until the signature is made, which takes as long as all the rest of it.
    """

    def dump(self, force: bool = False) -> bytes:
        """The DER, whether asked by force or not: it was read as such, so there is nothing to make of it."""
        der: bytes = super().dump()
        return der


class SigningCertificate(CMSAttributeProvider):
    """The reference to a certificate, encoded once in its life."""

    attribute_type = "signing_certificate_v2"

    def __init__(self, certificate: Certificate) -> None:
        self._der = as_signing_certificate_v2(certificate).dump()

    async def build_attr_value(self, dry_run: bool = False) -> Encoded:
        """A value of its own for each signature, which may be tagged anew in it."""
        value: Encoded = Encoded.load(self._der)
        return value


class PadesAttributes(SignedAttributeProviderSpec):
    """All that PAdES signs beside the digest: the reference to the certificate, and no time (ETSI EN 319 142-1, 6.3)."""

    def __init__(self, certificate: Certificate) -> None:
        self._providers = [SigningCertificate(certificate)]

    def signed_attr_providers(self, data_digest: bytes, digest_algorithm: str) -> Iterable[CMSAttributeProvider]:
        """Whatever is signed, the same."""
        return self._providers
