"""A certificate's credential: made once with it, in the holder's hands, and verifiable and revocable by what is public."""

import io
import json
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Barrier
from xml.etree import ElementTree as ET

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.core.management import CommandError, call_command
from django.db import connection
from openbadgeslib.ob3 import decode_encoded_list, verify_data_integrity_proof
from pypdf import PdfReader

from certificates.issuing import actions, badges, life
from certificates.issuing.credentials import actions as credentials
from certificates.issuing.credentials import keys
from certificates.issuing.models import Certificate, Credential, CredentialKey
from certificates.issuing.tasks import sweep
from courses.catalogue.models import CoursePage
from portal.audit.models import Entry
from tests.certificates.factories import make_completion
from tests.certificates.schemes import make_own
from tests.factories import NOON, UserFactory
from tests.pages import make_course, make_site

FORMS = ("credential.json", "credential.jwt", "badge.svg")


@pytest.fixture(autouse=True)
def own(settings, tmp_path):
    """Where the portal's own keys will lie: nothing is there yet."""
    settings.SIGNING_FOLDER = tmp_path / "signing"
    return tmp_path / "signing-credentials"


@pytest.fixture
def course(db):
    return make_course(make_site())


def issued(user=None, at=NOON):
    return actions.issue(completion=make_completion(user or UserFactory()), at=at)


def multikeys(client):
    """Those that did.json publishes, by the address of the method."""
    methods = client.get("/.well-known/did.json").json()["verificationMethod"]
    return {each["id"]: each["publicKeyMultibase"] for each in methods if each["type"] == "Multikey"}


def check(client, document):
    """The proof holds under a key that did.json publishes."""
    published = multikeys(client)[document["proof"]["verificationMethod"]]
    pem = CredentialKey.objects.get(multibase=published).pem
    verify_data_integrity_proof(document, pem.encode())


def bit(client, certificate):
    """What the public status list says of a certificate."""
    entry = json.loads(certificate.credential.document)["credentialStatus"]
    answer = client.get(entry["statusListCredential"].removeprefix("http://localhost:8000"))
    document = answer.json()
    check(client, document)
    bits = decode_encoded_list(document["credentialSubject"]["encodedList"])
    index = int(entry["statusListIndex"])
    return bool(bits[index // 8] & (0x80 >> (index % 8)))


# --- made once ---------------------------------------------------------------------------------------------------------------


def test_it_says_what_the_certificate_says(as_alice, alice, settings):
    certificate = issued(alice)
    document = as_alice.get(f"/certificates/{certificate.uuid}/credential.json").json()
    check(as_alice, document)
    subject = document["credentialSubject"]
    hashed, named = subject["identifier"]
    assert document["id"] == f"{settings.PUBLIC_URL}/verify/{certificate.uuid}"
    assert document["validFrom"] == "2026-11-24T12:00:00Z"
    assert (named["identityHash"], named["hashed"]) == ("Alice Huber", False)
    assert "alice@example.org" not in json.dumps(document)
    assert (hashed["identityType"], hashed["hashed"], bool(hashed["salt"])) == ("emailAddress", True, True)
    assert subject["licenseNumber"] == certificate.number
    assert subject["achievement"]["name"] == certificate.course_title
    assert (subject["achievement"]["humanCode"], subject["achievement"]["version"]) == ("J", "1.0")
    assert subject["result"][0]["value"] == "140"


def test_it_says_end_and_credits(db, course):
    make_own()
    CoursePage.objects.update(certificate_months=12)
    certificate = issued()
    document = json.loads(certificate.credential.document)
    assert certificate.expires_on == date(2027, 11, 24)
    assert document["validUntil"] == "2027-11-24T22:59:59Z"
    assert document["credentialSubject"]["creditsEarned"] == float(certificate.credits) == 2.25
    claims = badges.claims_of(certificate.credential.token, credentials.public_keys())
    assert claims["exp"] == int(datetime(2027, 11, 24, 22, 59, 59, tzinfo=UTC).timestamp())


def test_it_speaks_the_language_of_the_certificate(db):
    certificate = issued(UserFactory(language="de"))
    achievement = json.loads(certificate.credential.document)["credentialSubject"]["achievement"]
    assert "Lernzeit" in achievement["resultDescription"][0]["name"]


def test_the_pdf_carries_it_byte_for_byte(client, db):
    certificate = issued()
    attachments = PdfReader(io.BytesIO(actions.original(certificate))).attachments
    assert attachments["credential.json"] == [certificate.credential.document.encode()]
    assert json.loads(attachments["certificate.json"][0])["number"] == certificate.number


def test_asked_twice_it_is_made_once(db):
    certificate = issued()
    before = Credential.objects.values().get()
    actions.issue(completion=certificate.completion, at=NOON + timedelta(hours=1))
    assert Credential.objects.values().get() == before


def test_killed_before_the_end_nothing_is_kept_and_the_place_stays(db, monkeypatch):
    completion = make_completion()
    whole = actions._finish

    def killed(*_, **__):
        raise RuntimeError

    monkeypatch.setattr(actions, "_finish", killed)
    with pytest.raises(RuntimeError):
        actions.issue(completion=completion, at=NOON)
    waiting = Credential.objects.get()
    assert (waiting.document, waiting.token) == ("", "")
    monkeypatch.setattr(actions, "_finish", whole)
    sweep()
    made = Credential.objects.get()
    assert made.pk == waiting.pk
    assert made.document


def test_each_certificate_has_a_place_of_its_own(db):
    places = [issued().credential.pk for _ in range(3)]
    assert len(set(places)) == 3


def test_what_was_issued_before_stays_as_it_is(as_alice, alice):
    certificate = issued(alice)
    Credential.objects.all().delete()
    sha256 = certificate.sha256
    again = actions.issue(completion=certificate.completion, at=NOON)
    assert (again.sha256, Credential.objects.count()) == (sha256, 0)
    assert as_alice.get(f"/certificates/{certificate.uuid}/credential.json").status_code == 404
    page = as_alice.get("/certificates/").content.decode()
    assert certificate.number in page
    assert "credential.json" not in page


# --- in the holder's hands ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
def test_only_the_holder_gets_it(client, alice, form):
    path = f"/certificates/{issued(alice).uuid}/{form}"
    assert client.get(path).status_code == 302
    client.force_login(UserFactory())
    assert client.get(path).status_code == 404
    client.force_login(alice)
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["Content-Disposition"].startswith("attachment")
    assert client.get(path).content == answer.content


def test_token_and_badge_hold_the_same_credential(as_alice, alice):
    certificate = issued(alice)
    token, badge = (as_alice.get(f"/certificates/{certificate.uuid}/{form}").content for form in FORMS[1:])
    (baked,) = ET.fromstring(badge).findall("{https://purl.imsglobal.org/ob/v3p0}credential")
    assert baked.attrib["verify"] == token.decode()
    claims = badges.claims_of(token.decode(), [badges.PublicKey(CredentialKey.objects.get().pem)])
    document = json.loads(certificate.credential.document)
    assert {name: claims[name] for name in document if name != "proof"} == {
        name: value for name, value in document.items() if name != "proof"
    }


def test_a_title_with_signs_stays_text_in_the_badge(as_alice, alice):
    completion = make_completion(alice, course_title='<script>alert("&")</script>')
    certificate = actions.issue(completion=completion, at=NOON)
    badge = ET.fromstring(as_alice.get(f"/certificates/{certificate.uuid}/badge.svg").content)
    assert badge.find("{http://www.w3.org/2000/svg}title").text.startswith("<script>alert")
    assert badge.find("{http://www.w3.org/2000/svg}script") is None


def test_the_card_leads_to_every_form_and_to_linkedin(as_alice, alice):
    certificate = issued(alice)
    page = as_alice.get(f"/certificates/card/{certificate.completion.enrolment.uuid}/").content.decode()
    for form in FORMS:
        assert f"/certificates/{certificate.uuid}/{form}" in page
    assert "https://www.linkedin.com/profile/add?startTask=CERTIFICATION_NAME&amp;name=Justification" in page
    assert f"certId={certificate.number}" in page
    assert "issueYear=2026&amp;issueMonth=11" in page


# --- what is public ----------------------------------------------------------------------------------------------------------


def test_before_the_first_certificate_there_is_no_list_and_no_key(client, db):
    assert client.get("/certificates/status/0").status_code == 404
    assert client.get("/.well-known/did.json").json()["verificationMethod"] == []


def test_what_verifiers_need_is_open_to_scripts_everywhere(client, db):
    issued()
    for path in ("/.well-known/did.json", "/verify/contexts.json", "/certificates/status/0"):
        answer = client.get(path)
        assert (answer.status_code, answer["Access-Control-Allow-Origin"]) == (200, "*")
        assert "public" in answer["Cache-Control"]
        assert not answer.cookies
        assert client.post(path).status_code in {403, 405}
    assert set(client.get("/verify/contexts.json").json()) == set(badges.CONTEXTS)
    assert client.get("/certificates/status/1").status_code == 404


def test_revoked_shows_at_once_and_only_there(client, db):
    first, second = issued(), issued()
    assert (bit(client, first), bit(client, second)) == (False, False)
    actions.revoke(certificate=second, reason="error", at=NOON)
    assert (bit(client, first), bit(client, second)) == (False, True)


def test_replaced_shows_like_revoked(client, db):
    first = issued()
    title = "Justification"
    newer = life.reissue(certificate=first, holder_name=first.holder_name, course_title=title, at=NOON)
    assert bit(client, first) is False
    actions.issue(completion=first.completion, at=NOON)
    newer.refresh_from_db()
    assert (bit(client, first), bit(client, newer)) == (True, False)


def test_what_the_list_asks_finds_an_index(db):
    """Else every request would read every certificate."""
    here = Credential.objects.between(0, badges.LIST_SIZE)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")  # for some rows it would need no index
    assert "certificates_withdrawn" in here.of_any(Certificate.objects.withdrawn()).values("pk").explain()
    assert "lost_and_revoked" in Credential.objects.lost_and_revoked().values("pk").explain()


def test_only_a_signed_list_may_be_kept_by_caches(client, db, own):
    unknown = client.get("/certificates/status/0")
    issued()
    own.rename(own.with_name("kept"))
    away = client.get("/certificates/status/0")
    limited = next(a for a in (client.get("/certificates/status/0") for _ in range(61)) if a.status_code == 429)
    assert (unknown.status_code, away.status_code) == (404, 503)
    for answer in (unknown, away, limited):
        assert answer["Cache-Control"] == "no-store"
        assert answer["Access-Control-Allow-Origin"] == "*"
        assert "Accept" in answer["Vary"]


def test_a_list_that_did_not_change_is_not_signed_again(client, db, django_assert_num_queries):
    issued()
    first = client.get("/certificates/status/0").content
    with django_assert_num_queries(4):
        assert client.get("/certificates/status/0").content == first


def test_the_list_comes_as_token_too(client, db):
    certificate = issued()
    actions.revoke(certificate=certificate, reason="error", at=NOON)
    answer = client.get("/certificates/status/0", headers={"Accept": "application/vc+jwt"})
    claims = badges.claims_of(answer.content.decode(), [badges.PublicKey(CredentialKey.objects.get().pem)])
    document = client.get("/certificates/status/0").json()
    assert claims["credentialSubject"] == document["credentialSubject"]
    assert "Accept" in answer["Vary"]


def test_asking_for_lists_is_limited(client, db):
    issued()
    answers = [client.get("/certificates/status/0").status_code for _ in range(61)]
    assert answers.count(429) >= 1


# --- the key ---------------------------------------------------------------------------------------------------------------


def test_the_portal_makes_its_own_key_once(db, own):
    issued()
    issued()
    assert CredentialKey.objects.get().is_own
    assert {stat.S_IMODE(path.stat().st_mode) for path in own.iterdir()} == {0o600}
    assert stat.S_IMODE(own.stat().st_mode) == 0o700


def test_many_at_once_make_one_key(own):
    barrier = Barrier(8)

    def make(_):
        barrier.wait()
        keys.make_own()
        return (own / "key.pem").read_bytes()

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(make, range(8)))) == 1
    assert [path.name for path in own.parent.iterdir()] == ["signing-credentials"]


def test_fault_48_an_own_key_of_credentials_that_is_lost_is_not_replaced(client, db, own):
    first = issued()
    kept = own.rename(own.with_name("kept"))
    waiting = issued(at=NOON + timedelta(hours=1))
    assert waiting.issued_at is None
    assert not own.exists()
    assert Entry.objects.get(verb="found no key to sign with").data["reason"].startswith("CREDENTIAL_KEY")
    assert client.get("/certificates/status/0").status_code == 503
    check(client, json.loads(first.credential.document))
    kept.rename(own)
    sweep()
    assert Certificate.objects.get(pk=waiting.pk).issued_at
    assert CredentialKey.objects.count() == 1


@pytest.mark.parametrize("content", [b"no key", None, "P-256", "locked"])
def test_fault_48_a_key_of_credentials_that_is_unfit_issues_nothing(db, settings, tmp_path, content):
    path = tmp_path / "set.pem"
    settings.CREDENTIAL_KEY = str(path)
    if content == "P-256":
        key = generate_private_key(SECP256R1())
        content = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    elif content == "locked":
        from cryptography.hazmat.primitives.serialization import BestAvailableEncryption

        locked = BestAvailableEncryption(b"password")
        content = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, locked)
    if content:
        path.write_bytes(content)
    assert issued().issued_at is None
    assert Entry.objects.get(verb="found no key to sign with").data["reason"].startswith("CREDENTIAL_KEY")


def test_a_change_of_key_is_kept_and_what_the_old_one_signed_still_holds(client, db, settings, tmp_path):
    first = issued()
    path = tmp_path / "set.pem"
    key = Ed25519PrivateKey.generate()
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    settings.CREDENTIAL_KEY = str(path)
    second = issued(at=NOON + timedelta(days=30))
    old, new = CredentialKey.objects.order_by("used_from")
    assert (old.is_own, old.used_to, new.is_own, new.used_to) == (True, NOON + timedelta(days=30), False, None)
    documents = [json.loads(each.credential.document) for each in (first, second)]
    assert documents[0]["proof"]["verificationMethod"] != documents[1]["proof"]["verificationMethod"]
    for document in documents:
        check(client, document)
    assert bit(client, first) is False


def name_key(settings, path):
    """A new key in the settings; its public half."""
    key = Ed25519PrivateKey.generate()
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    settings.CREDENTIAL_KEY = str(path)
    return badges.Key(key, "did:web:x").public.multibase


def test_a_key_is_published_before_its_first_signature(client, db, settings, tmp_path):
    issued()
    following = name_key(settings, tmp_path / "set.pem")
    assert following in multikeys(client).values()
    assert not CredentialKey.objects.filter(multibase=following).exists()
    assert "max-age=60" in client.get("/.well-known/did.json")["Cache-Control"]
    issued()
    assert len(multikeys(client)) == 2


def test_a_stolen_key_is_withdrawn(client, db, own):
    certificate = issued()
    stolen = CredentialKey.objects.get().multibase
    assert bit(client, certificate) is False
    call_command("distrust_credential_key", stolen)
    call_command("distrust_credential_key", stolen)
    assert Entry.objects.filter(verb="distrusted key of credentials").count() == 1
    assert client.get("/.well-known/did.json").json()["assertionMethod"] == []
    assert badges.claims_of(certificate.credential.token, credentials.public_keys()) is None
    assert client.get("/certificates/status/0").status_code == 503
    waiting = issued()
    assert waiting.issued_at is None, "nothing more is signed with it"

    own.rename(own.with_name("stolen"))
    sweep()
    later = Certificate.objects.get(pk=waiting.pk)
    check(client, json.loads(later.credential.document))
    assert bit(client, later) is False
    assert stolen not in multikeys(client).values()


def test_a_key_that_never_signed_cannot_be_distrusted(db):
    with pytest.raises(CommandError, match="no credential was signed"):
        call_command("distrust_credential_key", "z6Mk")
