"""From a completion to a PDF on the wall, and what must never happen on the way."""

import base64
import io
from datetime import UTC, datetime, timedelta

import PIL.Image
import PIL.ImageOps
import pypdfium2
import pytest
import zxingcpp
from django.test import TestCase as Commit
from post_office.models import Email
from pypdf import PdfReader

from certificates.issuing import actions, rules
from certificates.issuing.models import Certificate
from certificates.issuing.pdf import UnfitError, covered, qr_picture
from certificates.issuing.signals import certificate_issued, certificate_revoked
from certificates.issuing.tasks import sweep
from tests.certificates.factories import make_completion
from tests.factories import NOON, UserFactory


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


def test_the_qr_code_as_a_picture_says_the_same_and_survives_a_crease():
    address = "https://campus.example.org/verify/0b4d6f2e-1c2d-4e5f-8a9b-0c1d2e3f4a5b"
    picture = PIL.Image.open(io.BytesIO(base64.b64decode(qr_picture(address).partition(",")[2])))
    wide = PIL.ImageOps.expand(picture.convert("L"), 4, 255).resize([8 * (side + 8) for side in picture.size], 0)
    read = zxingcpp.read_barcode(wide)
    assert (read.text, read.ec_level) == (address, "Q")


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


def test_sweep_finishes_what_was_left(completion):
    actions._row(completion, NOON)
    late = make_completion()
    sweep()
    assert Certificate.objects.issued().count() == 2
    assert Certificate.objects.get(completion=late).issued_at


def test_sweep_goes_on_after_one_that_fails(completion, monkeypatch):
    second = make_completion()
    real = actions.render

    def fails_for_the_first(certificate, *more):
        if certificate.completion_id == completion.pk:
            raise OSError("disk full")
        return real(certificate, *more)

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


def refuse(*_):
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


@pytest.mark.parametrize("count", [1, 12])
def test_queries_do_not_grow_with_certificates(as_alice, alice, count, django_assert_max_num_queries):
    for _ in range(count):
        actions._row(make_completion(alice), NOON)
    with django_assert_max_num_queries(15):
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


def test_shipped_fonts_cover_europe():
    assert not rules.missing_glyphs("ÀÿŐűŠžŁęİğȘțĦħẞ ΑΩάώ АЯўґђ אבג ابج – ’ “”", covered())


def test_sweep_is_cheap_when_there_is_nothing_to_do(certificate, django_assert_num_queries):
    with django_assert_num_queries(1):
        sweep()
