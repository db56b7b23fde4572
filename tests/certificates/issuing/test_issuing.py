"""From a completion to a PDF on the wall, and what must never happen on the way."""

import hashlib
import io
import json
import re
from datetime import UTC, datetime, timedelta

import pypdfium2
import pytest
import time_machine
import zxingcpp
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test import TestCase as Commit
from hypothesis import given
from hypothesis import strategies as st
from post_office.models import Email
from pypdf import PdfReader

from certificates.issuing import actions, rules
from certificates.issuing.models import Certificate, file_name
from certificates.issuing.pdf import UnfitError, covered
from certificates.issuing.signals import certificate_issued, certificate_revoked
from certificates.issuing.tasks import check_files, sweep
from portal.audit.models import Entry
from tests.certificates.factories import make_completion
from tests.factories import NOON, UserFactory


@pytest.fixture
def completion(alice):
    return make_completion(alice)


@pytest.fixture
def certificate(completion):
    return actions.issue(completion=completion, at=NOON)


def pdf_of(certificate):
    with certificate.file.open("rb") as file:
        return file.read()


def text_of(data):
    return pypdfium2.PdfDocument(data)[0].get_textpage().get_text_bounded()


# --- the document --------------------------------------------------------------------------------------------------------


def test_the_pdf_says_who_what_how_long_and_when(certificate):
    text = text_of(pdf_of(certificate))
    for part in (
        "Alice Huber",
        "the clinical question drives the exam",
        "2 h 20 min",
        "24 November 2026",
        certificate.number,
    ):
        assert part in text


def test_it_is_one_landscape_a4_page_tagged_and_titled(certificate):
    reader = PdfReader(io.BytesIO(pdf_of(certificate)))
    box = reader.pages[0].mediabox
    assert len(reader.pages) == 1
    assert (round(float(box.width)), round(float(box.height))) == (842, 595)
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert reader.trailer["/Root"]["/Lang"] == "en"
    assert "Justification" in reader.metadata.title


def test_the_qr_code_leads_to_the_verification_page(certificate, settings):
    page = pypdfium2.PdfDocument(pdf_of(certificate))[0].render(scale=3).to_pil()
    assert zxingcpp.read_barcode(page).text == f"{settings.PUBLIC_URL}/verify/{certificate.uuid}"


def test_only_shipped_fonts_are_embedded(certificate):
    reader = PdfReader(io.BytesIO(pdf_of(certificate)))
    fonts = {font.get_object()["/BaseFont"] for font in reader.pages[0]["/Resources"]["/Font"].values()}
    assert fonts
    assert all("+Certificate-" in name for name in fonts)


@pytest.mark.parametrize(
    "name",
    [
        "Maximiliane Wolkenstein-" * 8 + "Rodenegg",
        "W" * 200,
        "פרופסור אברהם בן־דוד",
        "الدكتورة ليلى بنت عبد الرحمن",
        "Zoë\u0301\u0302\u0303 Ångström",
        "Нина Петровна Ковалевская",
        "Δρ. Ελένη Παπαδοπούλου",
    ],
)
def test_fault_41_any_name_stays_on_one_page(name, db):
    certificate = actions.issue(completion=make_completion(UserFactory(name=name)), at=NOON)
    assert certificate.held_because == ""
    assert len(PdfReader(io.BytesIO(pdf_of(certificate))).pages) == 1


def test_the_certificate_speaks_the_learners_language(db):
    certificate = actions.issue(completion=make_completion(UserFactory(language="de")), at=NOON)
    assert "24. November 2026" in text_of(pdf_of(certificate))


def test_the_day_is_the_calendar_day_of_the_portals_zone(db):
    late = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)
    certificate = actions.issue(completion=make_completion(completed_at=late), at=late)
    assert certificate.completed_on.isoformat() == "2026-11-25"


# --- once ----------------------------------------------------------------------------------------------------------------


def test_fault_43_delivered_twice_is_one_certificate(completion):
    first = actions.issue(completion=completion, at=NOON)
    again = actions.issue(completion=completion, at=NOON + timedelta(hours=1))
    assert (first.pk, first.number, first.sha256, first.issued_at) == (
        again.pk,
        again.number,
        again.sha256,
        again.issued_at,
    )
    assert Certificate.objects.count() == 1
    assert Email.objects.filter(subject__contains="certificate").count() == 1


def test_a_file_left_by_a_killed_worker_is_replaced_not_doubled(completion):
    certificate = actions._row(completion, NOON)
    storage = certificate.file.storage
    storage.save(file_name(certificate, ""), ContentFile(b"half a certifi"))
    issued = actions.issue(completion=completion, at=NOON)
    assert hashlib.sha256(pdf_of(issued)).hexdigest() == issued.sha256
    folder = file_name(certificate, "").rsplit("/", 1)[0]
    assert [name for name in storage.listdir(folder)[1] if str(certificate.uuid) in name] == [f"{certificate.uuid}.pdf"]


def test_sweep_finishes_what_was_left(completion):
    actions._row(completion, NOON)
    late = make_completion()
    sweep()
    assert Certificate.objects.issued().count() == 2
    assert Certificate.objects.get(completion=late).issued_at


def test_sweep_goes_on_after_one_that_fails(completion, monkeypatch):
    second = make_completion()
    real = actions.render

    def fails_for_the_first(certificate):
        if certificate.completion_id == completion.pk:
            raise OSError("disk full")
        return real(certificate)

    monkeypatch.setattr(actions, "render", fails_for_the_first)
    sweep()
    assert Certificate.objects.get(completion=completion).issued_at is None
    assert Certificate.objects.get(completion=second).issued_at


def test_sweep_leaves_alone_what_a_worker_may_be_at(completion):
    from portal.core.clock import now

    type(completion).objects.update(completed_at=now())
    sweep()
    assert not Certificate.objects.exists()


def test_issue_and_revocation_are_announced_once(completion):
    heard = []
    listeners = [
        lambda certificate_id, **_: heard.append(("issued", certificate_id)),
        lambda certificate_id, **_: heard.append(("revoked", certificate_id)),
    ]
    certificate_issued.connect(listeners[0])
    certificate_revoked.connect(listeners[1])
    for _ in range(2):
        with Commit.captureOnCommitCallbacks(execute=True):
            certificate = actions.issue(completion=completion, at=NOON)
            actions.revoke(certificate=certificate, reason="error", at=NOON)
    assert heard == [("issued", certificate.pk), ("revoked", certificate.pk)]


# --- faults --------------------------------------------------------------------------------------------------------------


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
    assert "not the one issued" in compare(flipped)
    upload = SimpleUploadedFile("c.pdf", flipped, "application/pdf")
    assert "not one that this portal has issued" in client.post("/verify/", {"file": upload}).content.decode()


def test_fault_39_the_page_tells_which_host_to_trust(client, certificate, settings):
    assert settings.PUBLIC_URL.split("://")[1] in client.get(f"/verify/{certificate.uuid}").content.decode()
    assert f"/verify/{certificate.uuid}" in text_of(pdf_of(certificate)).replace("\r\n", "").replace("\n", "")


def test_fault_40_a_name_without_glyphs_waits_for_an_administrator(client, settings, db, mailoutbox):
    settings.ADMINS = [("Operator", "operator@example.org")]
    alice = UserFactory(name="王小明")
    completion = make_completion(alice)
    certificate = actions.issue(completion=completion, at=NOON)
    assert certificate.issued_at is None
    assert not certificate.file
    assert "王 (U+738B)" in certificate.held_because
    assert mailoutbox[0].to == ["operator@example.org"]
    client.force_login(alice)
    assert "administrator is looking" in client.get(f"/certificates/card/{completion.enrolment.uuid}/").content.decode()
    sweep()
    certificate.refresh_from_db()
    assert certificate.issued_at is None
    actions.release(
        certificate=certificate, holder_name="Wang Xiaoming", course_title=certificate.course_title, at=NOON
    )
    sweep()
    certificate.refresh_from_db()
    assert "Wang Xiaoming" in text_of(pdf_of(certificate))


SIGNS = "Dose ≤ 1 mSv → effect ≥ 50 % ≈ ½ · 3 × 10⁻² √2 ☢ ✓"


def test_a_title_with_signs_is_printed_by_shipped_fonts(db):
    certificate = actions.issue(completion=make_completion(UserFactory(name="Ana → ≥ Ω"), course_title=SIGNS), at=NOON)
    assert certificate.held_because == ""
    text = text_of(pdf_of(certificate))
    assert not set("≤→≥≈×⁻√☢✓Ω") - set(text)
    reader = PdfReader(io.BytesIO(pdf_of(certificate)))
    fonts = {font.get_object()["/BaseFont"] for font in reader.pages[0]["/Resources"]["/Font"].values()}
    assert all("+Certificate-" in name for name in fonts)
    assert any("Symbols" in name for name in fonts)


@pytest.mark.parametrize(
    ("name", "title", "cause", "told"),
    [
        ("王小明", "Justification", "name", "Your name has characters"),
        ("Ana", "正当化", "title", "The title of the course has characters"),
        ("Ana", "W" * 250, "fit", "do not fit on one page"),
    ],
)
def test_the_holder_is_told_what_keeps_her_certificate(client, db, name, title, cause, told, monkeypatch):
    if cause == "fit":
        monkeypatch.setattr(actions, "render", refuse)
    completion = make_completion(UserFactory(name=name), course_title=title)
    assert actions.issue(completion=completion, at=NOON).held_for == cause
    client.force_login(completion.enrolment.user)
    for path in (f"/certificates/card/{completion.enrolment.uuid}/", "/certificates/"):
        assert told in client.get(path).content.decode()


def refuse(certificate):
    raise UnfitError("too long")


def test_fault_45_numbers_are_never_used_again(db):
    numbers = {actions.issue(completion=make_completion(), at=NOON).number for _ in range(3)}
    assert len(numbers) == 3
    assert Certificate._meta.get_field("number").unique


def test_fault_46_a_new_name_changes_no_issued_certificate(client, certificate, alice):
    before = pdf_of(certificate)
    alice.name = "Alice Huber-Steiner"
    alice.save()
    actions.issue(completion=certificate.completion, at=NOON)
    certificate.refresh_from_db()
    assert pdf_of(certificate) == before
    assert "Alice Huber<" in client.get(f"/verify/{certificate.uuid}").content.decode()


def test_fault_47_revoked_is_told_at_once_and_never_cached(client, certificate):
    valid = client.get(f"/verify/{certificate.uuid}")
    assert "Valid" in valid.content.decode()
    assert "no-store" in valid["Cache-Control"]
    actions.revoke(certificate=certificate, reason="identity", at=NOON)
    page = client.get(f"/verify/{certificate.uuid}").content.decode()
    assert "Revoked" in page
    assert "Identity not confirmed" in page
    assert "has not been revoked" not in page


def test_fault_51_issued_files_never_change(certificate, completion, monkeypatch):
    before = pdf_of(certificate)
    monkeypatch.setattr(actions, "render", lambda _: b"another design")
    actions.issue(completion=completion, at=NOON)
    sweep()
    certificate.refresh_from_db()
    assert pdf_of(certificate) == before


def test_fault_52_a_lost_file_raises_an_alarm_and_is_not_made_anew(certificate, caplog):
    storage, name = certificate.file.storage, certificate.file.name
    assert actions.damaged_files() == []
    storage.delete(name)
    storage.save(name, ContentFile(b"something else"))
    check_files()
    assert actions.damaged_files() == [certificate]
    storage.delete(name)
    check_files()
    sweep()
    assert not storage.exists(name)
    assert "restore it from the backup" in caplog.text


def test_fault_52_the_operator_is_told_once_a_day_in_one_mail(certificate, settings, mailoutbox):
    settings.ADMINS = [("Operator", "operator@example.org")]
    second = actions.issue(completion=make_completion(), at=NOON)
    for lost in (certificate, second):
        lost.file.storage.delete(lost.file.name)
    with time_machine.travel(NOON, tick=False) as clock:
        for _ in range(2):
            check_files()
        (mail,) = mailoutbox
        assert mail.to == ["operator@example.org"]
        assert certificate.file.name in mail.body
        assert second.file.name in mail.body
        assert Entry.objects.filter(verb="found certificate file damaged").count() == 2
        clock.shift(timedelta(days=1))
        check_files()
        assert len(mailoutbox) == 2


def test_fault_52_a_storage_that_is_away_hides_no_lost_file(certificate, monkeypatch, caplog):
    second = actions.issue(completion=make_completion(), at=NOON)
    second.file.storage.delete(second.file.name)
    storage, opened = type(certificate.file.storage), type(certificate.file.storage).open

    def away(self, name, mode="rb"):
        if name == certificate.file.name:
            raise RuntimeError("503 Slow Down")  # as the library of a bucket says it
        return opened(self, name, mode)

    monkeypatch.setattr(storage, "open", away)
    check_files()
    assert Entry.objects.get(verb="found certificate file damaged").target_id == str(second.uuid)
    assert "certificate storage away" in caplog.text


@pytest.mark.parametrize("left", [None, b"something else"])
def test_fault_52_the_holder_of_a_damaged_file_loses_nothing(as_alice, certificate, settings, mailoutbox, left):
    settings.ADMINS = [("Operator", "operator@example.org")]
    storage, name = certificate.file.storage, certificate.file.name
    storage.delete(name)
    if left is not None:
        storage.save(name, ContentFile(left))
    for _ in range(2):
        answer = as_alice.get(f"/certificates/{certificate.uuid}.pdf")
        assert answer.status_code == 503
        assert answer["Retry-After"]
    page = answer.content.decode()
    assert "You have lost nothing" in page
    assert f"/verify/{certificate.uuid}" in page
    assert len(mailoutbox) == 1


def test_a_storage_that_is_away_is_told_to_the_holder_and_no_damage(as_alice, certificate, monkeypatch, mailoutbox):
    def away(*_):
        raise RuntimeError("could not connect to the endpoint")

    monkeypatch.setattr(type(certificate.file.storage), "_open", away)
    assert as_alice.get(f"/certificates/{certificate.uuid}.pdf").status_code == 503
    assert not mailoutbox
    assert not Entry.objects.filter(verb="found certificate file damaged").exists()


# --- doors ---------------------------------------------------------------------------------------------------------------


def test_only_the_holder_downloads(client, certificate, alice):
    path = f"/certificates/{certificate.uuid}.pdf"
    assert client.get(path).status_code == 302
    client.force_login(UserFactory())
    assert client.get(path).status_code == 404
    assert client.get(f"/certificates/card/{certificate.completion.enrolment.uuid}/").status_code == 404
    client.force_login(alice)
    answer = client.get(path)
    assert b"".join(answer.streaming_content) == pdf_of(certificate)
    assert f"certificate-{certificate.number}.pdf" in answer["Content-Disposition"]
    assert answer["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("count", [1, 12])
def test_queries_do_not_grow_with_certificates(as_alice, alice, count, django_assert_max_num_queries):
    for _ in range(count):
        actions._row(make_completion(alice), NOON)
    with django_assert_max_num_queries(14):
        page = as_alice.get("/certificates/").content.decode()
    assert page.count('class="card certificate-card"') == count


def test_many_certificates_come_in_pages(as_alice, alice):
    for _ in range(21):
        actions._row(make_completion(alice), NOON)
    assert "page=2" in as_alice.get("/certificates/").content.decode()


def test_the_start_page_leads_to_the_certificates(as_alice, certificate):
    page = as_alice.get("/start/").content.decode()
    assert certificate.course_title in page
    assert 'href="/certificates/"' in page


def test_the_card_asks_again_until_the_certificate_is_there(as_alice, completion):
    path = f"/certificates/card/{completion.enrolment.uuid}/"
    waiting = as_alice.get(path, headers={"HX-Request": "true"}).content.decode()
    assert 'data-hx-trigger="every 2s"' in waiting
    actions.issue(completion=completion, at=NOON)
    ready = as_alice.get(path, headers={"HX-Request": "true"}).content.decode()
    assert "data-hx-trigger" not in ready
    assert ".pdf" in ready


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


def test_shipped_fonts_cover_europe():
    assert not rules.missing_glyphs("ÀÿŐűŠžŁęİğȘțĦħẞ ΑΩάώ АЯўґђ אבג ابج – ’ “”", covered())


def test_sweep_is_cheap_when_there_is_nothing_to_do(certificate, django_assert_num_queries):
    with django_assert_num_queries(1):
        sweep()
