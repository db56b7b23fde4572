"""PDF/A-3a and PDF/UA-1 as veraPDF judges the signed file: for every hard name and language, and not for what was spoilt."""

import io
import json
import re

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter
from pypdf.generic import NameObject

from certificates.issuing import actions, pdf
from certificates.issuing.cme.importing import load_shipped
from certificates.issuing.designs.layouts import LAYOUTS
from certificates.issuing.inspection import Verdict, inspected
from certificates.issuing.models import Certificate, Scheme
from certificates.issuing.rules import one_line
from courses.learning.models import Completion
from tests.certificates.designs import ink, make_design, make_full_design, srgb
from tests.certificates.factories import make_completion
from tests.certificates.issuing.names import NAMES
from tests.certificates.schemes import accredit
from tests.certificates.transcripts import OWN as TRANSCRIPT
from tests.certificates.transcripts import issued as entered
from tests.certificates.transcripts import with_credits, years_ago
from tests.factories import NOON, UserFactory
from tests.support.verapdf import VeraPdf

pytestmark = [pytest.mark.services, pytest.mark.django_db]

HARD_NAMES = {
    "latin": "Alice Huber",
    "arabic": "الدكتورة ليلى بنت عبد الرحمن",
    "hebrew": "פרופסור אברהם בן־דוד",
    "greek": "Δρ. Ελένη Παπαδοπούλου",
    "cyrillic": "Нина Петровна Ковалевская",
    "200 characters": "Maximiliane Wolkenstein-" * 8 + "Rodenegg",
    "200 wide": "W" * 200,
    "combining marks": "Zoë\u0301\u0302\u0303 Ångström",
    "odd spaces": "A\u2028B\u2029C\u3000D\u00a0E\u200bF\x85G\u1680H\tI\u202fJ",
    "mixed": "Layla ليلى Ковал אברהם → ≥",
}
LANGUAGES = ("en", "de", "es", "fr", "it", "pl")
BOTH = ("3a", "ua1")


@pytest.fixture(scope="module")
def verapdf():
    checker = VeraPdf()
    yield checker
    checker.stop()


@pytest.fixture
def judged(verapdf, tmp_path):
    """What both standards say of some bytes."""

    def judge(data):
        path = tmp_path / "judged.pdf"
        path.write_bytes(data)
        return [verapdf.judge(path, flavour) for flavour in BOTH]

    return judge


def issued(name="Alice Huber", language="en", **facts):
    completion = make_completion(UserFactory(name=name, language=language), **facts)
    certificate = actions.issue(completion=completion, at=NOON)
    assert certificate.held_because == ""
    return certificate, actions.original(certificate)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", HARD_NAMES.values(), ids=HARD_NAMES.keys())
def test_fault_41_every_hard_name_in_every_language_passes_both_standards(judged, name, language):
    _, data = issued(name, language)
    assert judged(data) == ["pass", "pass"]
    assert len(PdfReader(io.BytesIO(data)).pages) == 1


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=NAMES, title=st.one_of(st.just("Justification"), NAMES), language=st.sampled_from(LANGUAGES))
@example(name="A\x85B", title="C\u2028D", language="pl")
@example(name="\u202eAlice\u2066 \u200f", title="\ufeffX\u00ad", language="de")
def test_fault_40_and_41_any_name_passes_both_standards_or_waits_with_a_reason(judged, name, title, language):
    """Boxes break both: what a font lacks is drawn as .notdef."""
    completion = make_completion(UserFactory(name=name, language=language))
    Completion.objects.filter(pk=completion.pk).update(course_title=title)
    completion.refresh_from_db()
    certificate = actions.issue(completion=completion, at=NOON)
    if certificate.issued_at:
        assert judged(actions.original(certificate)) == ["pass", "pass"]
    else:
        assert certificate.held_for in Certificate.Hold.values
        assert certificate.held_because


# Every language and every hard name meets every layout once or twice.
PAIRS = [
    (layout, LANGUAGES[(place + turn) % len(LANGUAGES)], name)
    for turn, layout in enumerate(LAYOUTS)
    for place, name in enumerate(HARD_NAMES)
]


@pytest.mark.parametrize(("layout", "language", "name"), PAIRS, ids=["-".join(pair) for pair in PAIRS])
def test_fault_41_the_fullest_sheet_of_every_layout(judged, course, layout, language, name):
    """With credits, the logo of the body, three signatories with pictures, a logo and a line, signed and with its files."""
    load_shipped()
    scheme = Scheme.objects.get(code="eaccme")
    scheme.verified_by = "Dora Admin"
    scheme.counts_hours_spent = scheme.needs_evaluation = False
    scheme.may_show_logo, scheme.logo = True, ink(within=(600, 400), mode="LA")
    scheme.save()
    Scheme.objects.exclude(pk=scheme.pk).update(in_use=False)
    accredit(scheme, course)
    design = make_full_design(layout)
    certificate, data = issued(HARD_NAMES[name], language, course=course)
    assert (certificate.credits, certificate.design) == (2, design)
    assert judged(data) == ["pass", "pass"]
    reader = PdfReader(io.BytesIO(data))
    assert len(reader.pages) == 1
    assert len(reader.pages[0].images) == 4  # logo, that of the body, QR code, and one signature drawn three times
    assert set(reader.attachments) == {"certificate.json", "credential.json"}
    assert reader.get_fields()
    assert inspected(data, [certificate.signing_key.fingerprint]) == Verdict.INTACT


KINDS = [("RGB", "PNG"), ("RGBA", "PNG"), ("P", "PNG"), ("I;16", "PNG"), ("CMYK", "JPEG"), ("RGB", "WEBP")]


@pytest.mark.parametrize(("mode", "kind"), KINDS, ids=[f"{mode} {kind}" for mode, kind in KINDS])
def test_a_picture_of_any_kind_passes_both_standards(judged, mode, kind):
    profile = {"icc_profile": srgb()} if mode == "RGB" else {}
    make_design("modern", logo=ink(mode=mode, kind=kind, **profile))
    _, data = issued()
    assert judged(data) == ["pass", "pass"]


def test_the_record_for_programs_is_enclosed_and_found(judged):
    certificate, data = issued("Нина Ковалевская")
    reader = PdfReader(io.BytesIO(data))
    assert set(reader.attachments) == {"certificate.json", "credential.json"}
    (content,) = reader.attachments["certificate.json"]
    record = json.loads(content)
    assert (record["number"], record["holder"]) == (certificate.number, "Нина Ковалевская")
    assert record["verify"].endswith(f"/verify/{certificate.uuid}")
    assert reader.attachments["credential.json"] == [certificate.credential.document.encode()]
    enclosed = [each.get_object() for each in reader.trailer["/Root"]["/AF"]]
    assert [each["/AFRelationship"] for each in enclosed] == ["/Data", "/Data"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_transcript_passes_both_standards(judged, client, language):
    """Of every hard name and of two bodies, over more pages than one."""
    user = UserFactory(language=language)
    client.force_login(user)
    for name in HARD_NAMES.values():
        facts = {"holder_name": one_line(name), "of": {"course_title": one_line(name)}}
        entered(user, **facts, **with_credits("ecmec", "2.00"))
        entered(user, years_ago(1), **facts, **with_credits("board", "1.50", "hours"))
    data = client.get(TRANSCRIPT + "transcript.pdf").content
    assert judged(data) == ["pass", "pass"]
    reader = PdfReader(io.BytesIO(data))
    assert len(reader.pages) > 1
    assert reader.trailer["/Root"]["/Lang"] == language


def resaved(data, change):
    """The same file written anew, without the signature's field, after ``change`` to its objects."""
    writer = PdfWriter(clone_from=io.BytesIO(data))
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def spoilt(monkeypatch, old, new):
    """A certificate whose markup was changed before it was drawn."""
    whole = pdf.html_of

    def change(*arguments):
        markup = whole(*arguments)
        assert re.search(old, markup)
        return re.sub(old, new, markup, count=1)

    monkeypatch.setattr(pdf, "html_of", change)
    return issued()[1]


def test_a_file_without_a_title_fails(judged, monkeypatch):
    _, access = judged(spoilt(monkeypatch, "<title>.*?</title>", "<title></title>"))
    assert "7.1-9" in access


def test_a_file_without_a_language_fails(judged, monkeypatch):
    _, access = judged(spoilt(monkeypatch, '<html lang="en">', "<html>"))
    assert "7.2" in access


def test_a_picture_without_words_fails(judged, monkeypatch):
    pixel = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    _, access = judged(spoilt(monkeypatch, "<h1>", f'<img src="{pixel}"><h1>'))
    assert "7.3-1" in access


def test_a_heading_out_of_order_fails(judged, monkeypatch):
    _, access = judged(spoilt(monkeypatch, "<h1>", "<h3>Before</h3><h1>"))
    assert "7.4" in access


def test_a_file_that_breaks_off_fails(judged):
    _, data = issued()
    for part in (len(data) // 2, len(data) - 200):
        assert all(not verdict.startswith("pass") for verdict in judged(data[:part]))


def test_a_file_that_does_not_say_that_it_is_accessible_fails(judged):
    _, data = issued()

    def forget(writer):
        root = writer._root_object
        stream = root["/Metadata"].get_object()
        stream.set_data(stream.get_data().replace(b'pdfuaid:part="1"', b""))
        root[NameObject("/Metadata")] = root.raw_get("/Metadata")

    _, access = judged(resaved(data, forget))
    assert "5-1" in access
