"""Signed statements, through HTTP as a client sends them."""

import base64
import json
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS, PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from portal.lrs.models import Attachment, Statement
from portal.lrs.vocabulary import SIGNATURE
from tests.portal.lrs.parts import MIXED, TEXT, attachment, data_piece, json_piece, mixed, parts_of
from tests.portal.lrs.samples import ANNA, new_id, statement
from tests.portal.lrs.shelves import each_version

HASHES = {"RS256": SHA256(), "RS384": SHA384(), "RS512": SHA512()}
FUZZ = settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
FROM = datetime(2020, 1, 1, tzinfo=UTC)


@cache
def rsa_key(name, bits=2048):
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


@cache
def elliptic_key():
    return ec.generate_private_key(ec.SECP256R1())


def named(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def certificate(name="signer", *, key=None, issuer=None):
    """Of ``key``, made by ``issuer``, in base64 as x5c holds it; it has ended long ago, which does not matter."""
    key = key or rsa_key(name)
    builder = x509.CertificateBuilder().subject_name(named(name)).issuer_name(named(issuer or name))
    builder = builder.public_key(key.public_key()).serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(FROM).not_valid_after(FROM + timedelta(days=1))
    made = builder.sign(rsa_key(issuer) if issuer else key, SHA256())
    return base64.b64encode(made.public_bytes(Encoding.DER)).decode()


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def jws(payload, alg="RS256", key=None, padding=None, **header):
    """``payload`` is a statement or bytes."""
    header = base64url(json.dumps({"alg": alg, **header}).encode())
    payload = base64url(payload if isinstance(payload, bytes) else json.dumps(payload).encode())
    signed = header + b"." + payload
    made = (key or rsa_key("signer")).sign(signed, padding or PKCS1v15(), HASHES.get(alg, SHA256()))
    return signed + b"." + base64url(made)


def signature(token, **changes):
    return attachment(token, **{"usageType": SIGNATURE, "contentType": "application/octet-stream", **changes})


def send(client, sent, token, **changes):
    """Post ``sent`` with ``token`` as its signature; ``changes`` are of the attachment."""
    changed = signature(token, **changes)
    sent = {**sent, "attachments": [*sent.get("attachments", ()), changed]}
    return client.post(mixed(json_piece(sent), data_piece(token, Content_Type=changed["contentType"])), MIXED)


def refusal(answer):
    assert answer.status_code == 400, answer.content
    assert not Statement.objects.exists()
    assert not Attachment.objects.exists()
    return answer.json()["path"], answer.json()["error"]


@pytest.fixture(params=["1.0.3", "2.0.0"])
def lms(credential_for, request):
    return credential_for(version=request.param)


@pytest.mark.parametrize("alg", HASHES)
@pytest.mark.parametrize("with_certificate", [False, True], ids=["bare", "x5c"])
def test_a_signed_statement_is_stored_with_its_signature(lms, alg, with_certificate):
    sent = statement(id=new_id())
    token = jws(sent, alg, **({"x5c": [certificate()]} if with_certificate else {}))
    assert send(lms, sent, token).status_code == 200
    assert parts_of(lms.get(statementId=sent["id"], attachments="true"))[1][1] == token


def test_a_chain_of_certificates(lms):
    chain = [certificate(issuer="middle"), certificate("middle", issuer="root"), certificate("root")]
    sent = statement()
    assert send(lms, sent, jws(sent, x5c=chain)).status_code == 200


SENT = statement(
    id="0f4d2a80-9c4b-4b2e-8a2b-0123456789ab",
    timestamp="2026-11-24T12:00:00Z",
    version="1.0.0",
    result={"duration": "PT1.2345S"},
)


def changed(**changes):
    return {key: value for key, value in {**SENT, **changes}.items() if value is not ...}


@pytest.mark.parametrize(
    "payload",
    [
        changed(id=...),
        changed(id=SENT["id"].upper()),
        changed(version=...),
        changed(timestamp=...),
        changed(timestamp="2026-11-24T13:00:00.000+01:00"),
        changed(result={"duration": "PT1.23S"}),
        changed(stored="2020-01-01T00:00:00Z", authority=ANNA),
        changed(verb={**SENT["verb"], "display": {"en": "did"}}),
        changed(attachments=[signature(b"an older one")]),
    ],
    ids=[
        "id assigned",
        "id in capitals",
        "version assigned",
        "timestamp assigned",
        "timestamp of another zone",
        "duration beyond a hundredth of a second",
        "stored and authority",
        "display of the verb",
        "another signature",
    ],
)
def test_what_a_store_may_change_does_not_matter(lms, payload):
    assert send(lms, SENT, jws(payload)).status_code == 200


@pytest.mark.parametrize(
    "payload",
    [
        changed(id="0f4d2a80-9c4b-4b2e-8a2b-0123456789ac"),
        changed(timestamp="2026-11-24T12:00:01Z"),
        changed(actor={"mbox": "mailto:ben@example.org"}),
        changed(verb={"id": "https://example.org/passed"}),
        changed(object={"id": "https://example.org/other"}),
        changed(result={"duration": "PT1.24S"}),
        changed(result=...),
        changed(context={"platform": "x"}),
        changed(attachments=[attachment()]),
    ],
    ids=["id", "timestamp", "actor", "verb", "object", "duration", "result", "context", "attachments"],
)
def test_the_signature_of_another_statement_is_refused(lms, payload):
    assert refusal(send(lms, SENT, jws(payload))) == (
        "attachments[0]",
        "the payload of the signature is another statement",
    )


def test_what_the_payload_has_and_the_statement_lacks_is_refused(lms):
    for name in ("id", "timestamp", "version"):
        refusal(send(lms, changed(**{name: ...}), jws(SENT)))


def test_other_attachments_are_signed_too(lms):
    sent = statement(attachments=[attachment()])
    for payload, status in ((statement(), 400), (statement(attachments=[attachment(b"other")]), 400), (sent, 200)):
        token = jws(payload)
        whole = {**sent, "attachments": [attachment(), signature(token)]}
        body = mixed(json_piece(whole), data_piece(), data_piece(token, Content_Type="application/octet-stream"))
        answer = lms.post(body, MIXED)
        assert answer.status_code == status, answer.content
        if status == 400:
            assert answer.json()["path"] == "attachments[1]"


def token_of(*parts):
    return b".".join(each if isinstance(each, bytes) else base64url(json.dumps(each).encode()) for each in parts)


GOOD = jws(SENT)
HEADER, PAYLOAD, SIGNED = GOOD.split(b".")
MALFORMED = {
    "empty": b"",
    "no JWS": TEXT,
    "JSON serialisation": json.dumps({"payload": PAYLOAD.decode(), "signatures": []}).encode(),
    "two parts": token_of(HEADER, PAYLOAD),
    "four parts": GOOD + b".x",
    "an empty signature": token_of(HEADER, PAYLOAD, b""),
    "an empty payload": token_of(HEADER, b"", SIGNED),
    "padding": token_of(HEADER, PAYLOAD, SIGNED + b"=="),
    "plain base64": token_of(HEADER, PAYLOAD, b"+/+/"),
    "a line break": GOOD + b"\n",
    "bytes": token_of(HEADER, PAYLOAD, b"\xff\xfe"),
    "a length that base64 has not": token_of(HEADER, PAYLOAD, b"AAAAA"),
    "a header that is not JSON": token_of(base64url(b"{"), PAYLOAD, SIGNED),
    "a header that is no object": token_of([], PAYLOAD, SIGNED),
    "a header with a key twice": token_of(base64url(b'{"alg":"RS256","alg":"RS256"}'), PAYLOAD, SIGNED),
    "no alg": token_of({}, PAYLOAD, SIGNED),
    "alg of another type": token_of({"alg": ["RS256"]}, PAYLOAD, SIGNED),
    "alg none": token_of({"alg": "none"}, PAYLOAD, SIGNED),
    "alg HS256": token_of({"alg": "HS256"}, PAYLOAD, SIGNED),
    "alg ES256": token_of({"alg": "ES256"}, PAYLOAD, SIGNED),
    "alg PS256": token_of({"alg": "PS256"}, PAYLOAD, SIGNED),
    "alg in small letters": token_of({"alg": "rs256"}, PAYLOAD, SIGNED),
    "a critical extension": token_of({"alg": "RS256", "crit": ["b64"], "b64": False}, PAYLOAD, SIGNED),
    "a payload that is not JSON": jws(json.dumps(SENT).replace('"', "'", 1).encode()),
    "a payload that is not UTF-8": jws(json.dumps(SENT).encode("utf-16")),
    "a payload that is no object": jws([SENT]),
    "a payload that is no statement": jws(b'{"actor": 1}'),
    "a payload that is deep": jws(b"[" * 100_000),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_a_malformed_signature_is_refused(lms, case):
    path, error = refusal(send(lms, SENT, MALFORMED[case]))
    assert path == "attachments[0]"
    assert "signature" in error


BAD_CHAINS = {
    "null": lambda: None,
    "no list": certificate,
    "an empty list": list,
    "a number": lambda: [1],
    "no base64": lambda: ["ä"],
    "no certificate": lambda: [base64.b64encode(b"x").decode()],
    "of another key": lambda: [certificate("other")],
    "of an elliptic key": lambda: [certificate(key=elliptic_key())],
    "of a short key": lambda: [certificate("short", key=rsa_key("short", 1024))],
    "in the wrong order": lambda: [certificate("root"), certificate(issuer="root")],
    "of a stranger": lambda: [certificate(issuer="root"), certificate("other")],
    "of a stranger with the issuer's name": lambda: [
        certificate(issuer="root"),
        certificate("root", key=rsa_key("other")),
    ],
    "too many": lambda: [certificate()] * 11,
}


@pytest.mark.parametrize("case", BAD_CHAINS)
def test_a_wrong_certificate_is_refused(lms, case):
    path, error = refusal(send(lms, SENT, jws(SENT, x5c=BAD_CHAINS[case]())))
    assert path == "attachments[0]"
    assert "certificate" in error


def test_a_signature_that_its_certificate_does_not_verify(lms):
    whole = jws(SENT, x5c=[certificate()])
    header, payload, _ = whole.split(b".")
    other = jws(changed(result=...), x5c=[certificate()]).split(b".")
    for token in (
        token_of(header, payload, base64url(b"\0" * 256)),
        token_of(header, payload, other[2]),
        jws(SENT, key=rsa_key("other"), x5c=[certificate()]),
        jws(SENT, padding=PSS(mgf=MGF1(SHA256()), salt_length=32), x5c=[certificate()]),
    ):
        assert refusal(send(lms, SENT, token))[1] == "the signature was not made with the key of its certificate"
    assert send(lms, SENT, whole).status_code == 200


@pytest.mark.parametrize("content_type", ["text/plain", "text/plain; charset=ascii", "application/json"])
def test_the_media_type_of_a_signature(lms, content_type):
    path, _ = refusal(send(lms, SENT, GOOD, contentType=content_type))
    assert path == "attachments[0].contentType"


def test_a_signature_comes_with_its_statement(lms):
    sent = {**SENT, "attachments": [signature(GOOD, fileUrl="https://example.org/signature")]}
    assert refusal(lms.post(sent))[0] == "attachments[0]"
    assert refusal(lms.post(mixed(json_piece([statement(), sent])), MIXED))[0] == "[1].attachments[0]"
    assert refusal(lms.post({**SENT, "attachments": [signature(GOOD)]}))[0] == "attachments[0]"


def test_a_sub_statement_cannot_be_signed(lms):
    inner = {"objectType": "SubStatement", **statement(attachments=[signature(GOOD)])}
    body = mixed(json_piece(statement(object=inner)), data_piece(GOOD, Content_Type="application/octet-stream"))
    assert refusal(lms.post(body, MIXED))[0] == "object.attachments[0].usageType"


def test_every_signature_of_a_statement_is_judged(lms):
    second = jws(SENT, "RS512")
    for last, status in ((jws(changed(result=...)), 400), (second, 200)):
        sent = {**SENT, "attachments": [signature(GOOD), signature(last)]}
        body = mixed(
            json_piece(sent), *(data_piece(each, Content_Type="application/octet-stream") for each in (GOOD, last))
        )
        assert lms.post(body, MIXED).status_code == status


def test_one_signature_signs_one_statement(lms):
    plain = statement()
    token = jws(plain)
    twice = {**plain, "attachments": [signature(token)]}
    for sent, path in (
        ([twice, twice], "[1].attachments[0]"),
        ({**plain, "attachments": [signature(token)] * 2}, "attachments[1]"),
    ):
        body = mixed(json_piece(sent), data_piece(token, Content_Type="application/octet-stream"))
        assert refusal(lms.post(body, MIXED))[0] == path


def test_put_gives_the_signed_statement_its_id(lms):
    token, uuid = jws(statement()), new_id()
    body = mixed(
        json_piece(statement(attachments=[signature(token)])),
        data_piece(token, Content_Type="application/octet-stream"),
    )
    assert lms.send("PUT", "statements", body, MIXED, statementId=uuid).status_code == 204


@each_version
def test_a_batch_of_signed_and_plain_statements(credential_for, version):
    client, batch, pieces = credential_for(version=version), [statement()], []
    for n in range(3):
        sent = statement(result={"response": str(n)})
        token = jws(sent)
        batch.append({**sent, "attachments": [signature(token)]})
        pieces.append(data_piece(token, Content_Type="application/octet-stream"))
    assert client.post(mixed(json_piece(batch), *pieces), MIXED).status_code == 200
    batch[1], batch[2] = (
        {**one, "attachments": two["attachments"]} for one, two in ((batch[1], batch[2]), (batch[2], batch[1]))
    )
    assert client.post(mixed(json_piece(batch), *pieces), MIXED).json()["path"] == "[1].attachments[0]"


@FUZZ
@given(
    token=st.binary(max_size=100)
    | st.tuples(*[st.binary(max_size=60)] * 3).map(lambda each: b".".join(map(base64url, each)))
)
@example(token=b"..")
def test_no_bytes_of_a_signature_break_the_door(credential_for, token):
    assert send(credential_for(), SENT, token).status_code == 400


@FUZZ
@given(at=st.integers(0, len(GOOD) - 1), put=st.sampled_from([b".", b"A", b"=", b"\0", b"_"]))
def test_a_changed_character_never_breaks_the_door(credential_for, at, put):
    token = GOOD[:at] + put + GOOD[at + 1 :]
    assert send(credential_for(), SENT, token).status_code in {200, 400}
