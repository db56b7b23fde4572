"""A time-stamp service (RFC 3161) over HTTP on this machine, with an authority of its own; it can be made to misbehave."""

import base64
import contextlib
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from asn1crypto import tsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.keys import internal
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

LOGIN = ("portal", "secret")
BASIC = "Basic " + base64.b64encode(":".join(LOGIN).encode()).decode()


def _name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _usage(*, authority):
    names = [
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    ]
    used = {"key_cert_sign", "crl_sign"} if authority else {"digital_signature"}
    return x509.KeyUsage(**{name: name in used for name in names})


def _certificate(subject, key, issuer, issuer_key, *, authority):
    begun = datetime.now(UTC) - timedelta(days=30)
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begun)
        .not_valid_after(begun + timedelta(days=3650))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(_usage(authority=authority), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )
    if not authority:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    return builder.sign(issuer_key, hashes.SHA256())


class StampService:
    """Answers until ``stop``; ``mood`` says how: good, refuses, fails, garbage, endless, slow, drips, stale, other.

    ``asked`` counts requests. ``authority`` is the certificate in PEM of whoever vouches for it.
    """

    def __init__(self, *, login=False):
        self.mood, self.asked, self.login = "good", 0, login
        authority_key, key = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
        authority = _certificate("Stamp authority", authority_key, "Stamp authority", authority_key, authority=True)
        leaf = _certificate("Stamp service", key, "Stamp authority", authority_key, authority=False)
        self.authority = authority.public_bytes(Encoding.PEM).decode()
        registry = SimpleCertificateStore()
        registry.register(internal.translate_pyca_cryptography_cert_to_asn1(authority))
        self.stamper = DummyTimeStamper(
            internal.translate_pyca_cryptography_cert_to_asn1(leaf),
            internal.translate_pyca_cryptography_key_to_asn1(key),
            certs_to_embed=registry,
        )
        self.released = threading.Event()
        self.server = _Server(self)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def stop(self):
        self.released.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def answer_to(self, body):
        request = tsp.TimeStampReq.load(body)
        if self.mood == "refuses":
            return tsp.TimeStampResp({"status": {"status": "rejection"}}).dump()
        if self.mood == "stale":
            request["nonce"] = 1
        if self.mood == "other":
            request["message_imprint"]["hashed_message"] = b"\0" * 32
        return self.stamper.request_tsa_response(request).dump()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, service):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.service = service


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        service = self.server.service
        service.asked += 1
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if service.login and self.headers.get("Authorization") != BASIC:
            self.send_error(401)
        elif service.mood == "fails":
            self.send_error(500)
        else:
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.end_headers()
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                self._write(service, body)

    def _write(self, service, body):
        match service.mood:
            case "garbage":
                self.wfile.write(b"\x30\x82 no time stamp")
            case "slow":
                service.released.wait(30)
            case "endless":
                while not service.released.is_set():
                    self.wfile.write(b"\0" * 65536)
            case "drips":
                while not service.released.wait(0.05):
                    self.wfile.write(b"\0")
            case _:
                self.wfile.write(service.answer_to(body))

    def log_message(self, *_):
        pass
