"""What a stranger is told of a certificate, by number, address or file; and what nobody finds out by guessing."""

import json
import re

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from certificates.issuing import actions, rules
from tests.certificates.issuing.test_issuing import pdf_of, text_of
from tests.factories import NOON


def test_fault_36_addresses_cannot_be_guessed(client, certificate):
    assert certificate.uuid.version == 4
    strangers = [
        client.get(f"/verify/{uuid}")
        for uuid in ("00000000-0000-4000-8000-000000000001", "1b4e28ba-2fa1-41d2-883f-0016d3cca427")
    ]
    assert [answer.status_code for answer in strangers] == [404, 404]
    pages = [re.sub(r"[0-9a-f-]{36}|\"[A-Za-z0-9]{64}\"", "", answer.content.decode()) for answer in strangers]
    assert pages[0] == pages[1]
    assert client.get(f"/verify/{certificate.pk}", follow=True).status_code == 404


@time_machine.travel(NOON, tick=False)  # so that no window of the limit ends meanwhile
def test_fault_36_guessing_numbers_is_slowed(client, db):
    answers = [client.get("/verify/", {"number": rules.new_number()}).status_code for _ in range(61)]
    assert set(answers[:60]) == {404}
    assert answers[60] == 429


def test_fault_37_a_changed_file_is_told_from_the_issued_one(client, certificate):
    data = pdf_of(certificate)
    flipped = data[:1000] + bytes([data[1000] ^ 1]) + data[1001:]

    def compare(content):
        upload = SimpleUploadedFile("certificate.pdf", content, "application/pdf")
        return client.post(f"/verify/{certificate.uuid}", {"file": upload}).content.decode()

    assert "exactly the one issued" in compare(data)
    assert "no longer as this portal issued it" in compare(flipped)
    upload = SimpleUploadedFile("c.pdf", flipped, "application/pdf")
    assert "no longer as this portal issued it" in client.post("/verify/", {"file": upload}).content.decode()


def test_fault_39_the_page_tells_which_host_to_trust(client, certificate, settings):
    assert settings.PUBLIC_URL.split("://")[1] in client.get(f"/verify/{certificate.uuid}").content.decode()
    assert f"/verify/{certificate.number}" in text_of(pdf_of(certificate)).replace("\r\n", "").replace("\n", "")


def test_the_short_address_that_is_printed_leads_to_the_certificate(client, certificate):
    typed = certificate.number.lower().replace("-", "")
    for number in (certificate.number, typed):
        answer = client.get(f"/verify/{number}", follow=True)
        assert answer.redirect_chain[-1][0] == f"/verify/{certificate.uuid}"
    assert client.get(f"/verify/{rules.new_number()}", follow=True).status_code == 404


def test_fault_47_revoked_is_told_at_once_and_never_cached(client, certificate):
    valid = client.get(f"/verify/{certificate.uuid}")
    assert "Valid" in valid.content.decode()
    assert "no-store" in valid["Cache-Control"]
    actions.revoke(certificate=certificate, reason="identity", at=NOON)
    page = client.get(f"/verify/{certificate.uuid}").content.decode()
    assert "Revoked" in page
    assert "Identity not confirmed" in page
    assert "has not been revoked" not in page


def test_verification_sets_no_cookie_but_the_forms(client, certificate):
    answer = client.get(f"/verify/{certificate.uuid}")
    assert set(answer.cookies) <= {"csrftoken"}


def test_verification_for_machines(client, certificate):
    answer = client.get(f"/verify/{certificate.uuid}", headers={"Accept": "application/json"})
    data = json.loads(answer.content)
    assert (data["status"], data["holder"], data["learning_minutes"]) == ("valid", "Alice Huber", 140)
    assert data["sha256"] == certificate.sha256
    assert "email" not in answer.content.decode()
    assert client.get("/verify/00000000-0000-4000-8000-000000000001?format=json").json() == {"status": "unknown"}


def test_a_certificate_being_prepared_is_unknown(client, completion):
    certificate = actions._row(completion, NOON)
    assert client.get(f"/verify/{certificate.uuid}").status_code == 404


@pytest.mark.parametrize(
    "typed",
    [str.lower, lambda n: n.replace("-", " "), lambda n: n.replace("0", "o").replace("1", "l"), lambda n: n[3:]],
)
def test_numbers_are_found_as_people_type_them(client, certificate, typed):
    assert client.get("/verify/", {"number": typed(certificate.number)}).url == f"/verify/{certificate.uuid}"


def test_an_oversized_upload_is_refused_with_the_reason(client, db):
    upload = SimpleUploadedFile("big.pdf", b"0" * (5 * 1024 * 1024 + 1), "application/pdf")
    answer = client.post("/verify/", {"file": upload})
    assert answer.status_code == 422
    assert "larger than 5 MB" in answer.content.decode()


def test_verification_is_protected_against_forged_posts(certificate):
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(f"/verify/{certificate.uuid}", {}).status_code == 403


@given(st.integers(0, 10), st.sampled_from(rules.ALPHABET), st.data())
def test_one_wrong_character_is_noticed(position, other, data):
    number = rules.new_number()
    plain = list(number.replace("-", "")[2:])
    if plain[position] != other:
        plain[position] = other
        found = rules.read_number("".join(plain))
        assert (
            found is None
            or rules.ALPHABET.index(other) % 31 == rules.ALPHABET.index(number.replace("-", "")[2:][position]) % 31
        )


@given(st.text(max_size=30))
def test_what_is_not_a_number_is_none(typed):
    found = rules.read_number(typed)
    assert found is None or rules.read_number(found) == found
