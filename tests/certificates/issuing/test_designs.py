"""Designs of certificates: which one draws what, and that all of it fits on a page."""

import io
from datetime import date
from decimal import Decimal

import pypdfium2
import pytest
from django.db.models import ProtectedError
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from certificates.issuing import actions, life, pdf, press
from certificates.issuing.designs.layouts import LAYOUTS, unreadable
from certificates.issuing.designs.samples import NAMES as SAMPLES
from certificates.issuing.models import Certificate, Design, DesignText, Signatory
from courses.catalogue.models import CoursePage
from portal.core.colour import contrast
from tests.certificates.designs import LANGUAGES, ink, issued, make_design, make_full_design, sides
from tests.certificates.factories import make_completion
from tests.certificates.issuing.names import NAMES
from tests.certificates.issuing.test_issuing import pdf_of, text_of
from tests.certificates.schemes import accredit, make_own, make_scheme
from tests.factories import NOON, UserFactory

pytestmark = pytest.mark.django_db


# --- which one ---------------------------------------------------------------------------------------------------------


def test_without_a_design_the_shipped_sheet_is_drawn():
    certificate = issued()
    assert certificate.design is None
    assert sides(pdf_of(certificate)) == (842, 595)


def test_a_course_without_one_gets_the_first_in_use(course):
    make_design("modern", name="Second", rank=20)
    first = make_design("portrait", name="First", rank=5)
    make_design("landscape", name="Retired", rank=1, in_use=False)
    certificate = issued(course=course)
    assert certificate.design == first
    assert sides(pdf_of(certificate)) == (595, 842)


def test_a_course_gets_the_one_chosen_for_it_in_every_language(course):
    make_design("landscape", rank=1)
    chosen = make_design("modern", rank=9, courses=[course])
    german = CoursePage.objects.get(pk=course.pk)
    CoursePage.objects.filter(pk=course.pk).update(translation_key=german.translation_key)
    assert issued(course=course).design == chosen
    assert Design.objects.for_course(course.translation_key) == chosen
    chosen.in_use = False
    chosen.save()
    assert issued(course=course).design.layout == "landscape"


def test_fault_51_a_design_changed_later_changes_no_issued_file(course):
    design = make_design("portrait", signatories=1)
    first = issued()
    before = pdf_of(first)
    design.layout, design.accent = "landscape", "#7a2e3a"
    design.signatories = [Signatory(name="Dr. New", role="President")]
    design.save()
    assert pdf_of(first) == before
    later = issued()
    assert (first.design, later.design) == (design, design)
    assert sides(pdf_of(later)) == (842, 595)
    assert "Dr. New" in text_of(pdf_of(later))
    with pytest.raises(ProtectedError):
        design.delete()


def test_a_corrected_certificate_is_drawn_with_the_design_of_now(course):
    make_design("portrait", rank=9)
    first = issued(course=course)
    newer = make_design("modern", rank=1)
    corrected = life.reissue(certificate=first, holder_name="Alice Berger", course_title=first.course_title, at=NOON)
    assert (first.design.layout, corrected.design) == ("portrait", newer)


def test_a_design_costs_three_questions(django_assert_max_num_queries):
    make_full_design("portrait")
    certificate = actions._row(make_completion(UserFactory(name="Alice")), NOON)
    certificate = Certificate.objects.get(pk=certificate.pk)
    with django_assert_max_num_queries(4):  # design, signatories, texts; the portal's own brand
        pdf.html_of(certificate)


# --- what it shows -----------------------------------------------------------------------------------------------------


def test_signatories_line_and_logo_are_printed_in_words_too(course):
    design = make_design(
        "modern", logo=ink(within=(900, 600)), logo_words="Society of Careful Imaging", line="Nach Artikel 18."
    )
    design.signatories = [Signatory(name="Dr. Ada Byron", role="President", picture=ink()), Signatory(name="Bo Li")]
    design.save()
    certificate = issued(language="de")
    text = text_of(pdf_of(certificate))
    for part in ("Dr. Ada Byron", "President", "Bo Li", "Nach Artikel 18."):
        assert part in text
    html = pdf.html_of(Certificate.objects.get(pk=certificate.pk))
    assert 'alt="Society of Careful Imaging"' in html
    assert 'alt="Unterschrift von Dr. Ada Byron"' in html
    assert html.count('src="data:image/png;base64,') == 3  # logo, signature, QR code


def test_a_line_is_printed_in_the_languages_that_have_it():
    design = make_design()
    design.texts = [DesignText(language="de", line="Nach Artikel 18.")]
    design.save()
    assert "Nach Artikel 18." in text_of(pdf_of(issued(language="de")))
    assert "Nach Artikel 18." not in text_of(pdf_of(issued(language="fr")))


LOGO = '<img class="scheme" src="data:image/png;base64,'


@pytest.mark.parametrize(
    ("may", "has_logo", "month", "shown"),
    [(True, True, 11, True), (False, True, 11, False), (True, False, 11, False), (True, True, 10, False)],
    ids=["allowed", "not allowed", "no logo", "outside of the window"],
)
def test_the_logo_of_a_body_stands_beside_its_credits_with_its_leave_only(course, may, has_logo, month, shown):
    scheme = make_scheme(may_show_logo=may, logo=ink(within=(600, 400)) if has_logo else "")
    accredit(scheme, course, valid_from=date(2026, month, 1), valid_to=date(2026, month, 30))
    certificate = issued(course=course)
    assert (certificate.credits is not None) == (month == 11)
    html = pdf.html_of(certificate)
    assert (LOGO in html) == shown
    assert ('alt="The board"' in html) == shown


def test_hours_of_the_portal_itself_show_no_logo(course):
    make_own(may_show_logo=True, logo=ink(within=(600, 400)))
    certificate = issued(course=course)
    assert certificate.credits
    assert LOGO not in pdf.html_of(certificate)


def test_papers_load_nothing_from_elsewhere():
    for address in ("https://example.org/x.png", "file:///etc/passwd", f"file://{pdf.STATIC}/../../config/env.py"):
        with pytest.raises(ValueError, match="load nothing"):
            press.OwnFilesOnly().fetch(address)


# --- it fits -----------------------------------------------------------------------------------------------------------

WORDING = ("“{course}” is accredited to provide the following activity for medical specialists. " * 12)[:690].strip()
HARD = ["W" * 200, "Maximiliane Wolkenstein-" * 8 + "Rodenegg", SAMPLES["arabic"] * 7, "M\u0301" * 100]


def full_certificate(design, language, name, title):
    return Certificate(
        design=design,
        number="AC-7K3M-9QXD-2FHT",
        holder_name=name[:200],
        course_title=title,
        course_version="2026.10 (second)",
        learning_minutes=140,
        completed_on=date(2026, 9, 24),
        expires_on=date(2031, 9, 24),
        language=language,
        issuer="European Society of Careful and Considerate Medical Imaging",
        scheme_name="European Accreditation Council for Continuing Medical Education (EACCME)",
        credits=Decimal("1.5"),
        credits_maximum=Decimal(2),
        credits_unit="ECMEC",
        credits_wording=WORDING.format(course="x"),
        accreditation_number="ELM-2026-0417",
        accredited_from=date(2026, 9, 1),
        accredited_to=date(2027, 9, 30),
    )


@pytest.mark.parametrize("layout", LAYOUTS)
def test_fault_41_the_fullest_sheet_is_one_page_in_every_language(layout, monkeypatch):
    monkeypatch.setattr(pdf, "scheme_logo", lambda _: ink(within=(600, 400)))
    design = make_full_design(layout)
    title = ("Justification: the clinical question drives the exam, and what a radiographer does about it. " * 3)[:200]
    for place, language in enumerate(LANGUAGES):
        certificate = full_certificate(design, language, HARD[place % len(HARD)], title)
        assert len(PdfReader(io.BytesIO(pdf._fitting(certificate, lambda document: document.write_pdf()))).pages) == 1


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_word_longer_than_the_sheet_is_broken(layout):
    address = "https://example.org/" + "a" * 170
    certificate = full_certificate(make_design(layout, line=address), "en", "Alice Huber", "Ordinary")
    certificate.credits_wording = certificate.scheme_name = address
    certificate.issuer = "a" * 120
    (page,) = pypdfium2.PdfDocument(pdf.specimen(certificate))
    text = page.get_textpage()
    right = max(text.get_charbox(n)[2] for n in range(text.count_chars()) if text.get_text_range(n, 1) == "a")
    assert right < page.get_width() - 20


@pytest.mark.parametrize("layout", LAYOUTS)
def test_what_cannot_fit_waits_and_is_never_printed_over_the_foot(layout):
    make_full_design(layout)
    certificate = issued(course_title="W" * 255, name="W" * 200)
    assert certificate.issued_at or certificate.held_for == Certificate.Hold.FIT
    huge = full_certificate(make_design(layout, name="Second"), "en", "W" * 200, "Ordinary")
    huge.credits_wording *= 12
    with pytest.raises(pdf.UnfitError):
        pdf.specimen(huge)


@pytest.mark.parametrize("layout", LAYOUTS)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=NAMES, signatories=st.integers(0, 3))
@example(name="M\u0301" * 100, signatories=3)
@example(name="\u202eAlice\u2066 \u200f", signatories=1)
def test_fault_40_and_41_any_name_is_one_page_or_waits_with_a_reason_in_every_layout(layout, name, signatories):
    Design.objects.update(in_use=False)
    make_design(layout, signatories=signatories, name=f"{Design.objects.count()}")
    certificate = issued(name=name)
    if certificate.issued_at:
        assert len(PdfReader(io.BytesIO(pdf_of(certificate))).pages) == 1
    else:
        assert certificate.held_for in Certificate.Hold.values
        assert certificate.held_because


# --- colours -----------------------------------------------------------------------------------------------------------

HEX = st.integers(0, 0xFFFFFF).map(lambda value: f"#{value:06x}")


@given(st.sampled_from(sorted(LAYOUTS)), HEX, HEX)
def test_what_is_refused_has_a_better_colour_beside_it(layout, accent, line):
    paper = LAYOUTS[layout].paper
    faults = {fault.field: fault for fault in unreadable(LAYOUTS[layout], accent, line)}
    assert ("accent" in faults) == (contrast(accent, paper) < 4.5)
    assert ("line" in faults) == (contrast(line, paper) < 1.5)
    better = {field: fault.better for field, fault in faults.items()}
    assert unreadable(LAYOUTS[layout], better.get("accent", accent), better.get("line", line)) == []
