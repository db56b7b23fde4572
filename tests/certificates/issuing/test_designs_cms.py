"""Designs of certificates in the CMS: how they are made, looked at before, and who may."""

import io
import re

import pypdfium2
import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from pypdf import PdfReader

from certificates.issuing.designs.layouts import LAYOUTS
from certificates.issuing.designs.samples import NAMES as SAMPLES
from certificates.issuing.designs.samples import NOBODY
from certificates.issuing.models import Certificate, Design, Scheme
from portal.audit.models import Entry
from tests.certificates.designs import LANGUAGES, ink, issued, make_design, picture, sides
from tests.certificates.issuing.test_issuing import pdf_of, text_of
from tests.certificates.issuing.test_schemes_cms import texts
from tests.certificates.schemes import make_scheme
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
ADD, PREVIEW = "/cms/snippets/issuing/design/add/", "/cms/certificates/designs/preview/"

FORM = {
    "name": "Of the society",
    "rank": "10",
    "in_use": "on",
    "layout": "portrait",
    "accent": "#7a2e3a",
    "line": "#c2a873",
    "logo_words": "",
}
EMPTY = {**texts("signatories"), **texts("texts")}
ASKED = {"preview-language": "en", "preview-sample": "ordinary"}


@pytest.fixture
def as_dora(client):
    client.force_login(UserFactory(name="Dora", is_superuser=True, is_staff=True))
    return client


def scan(**facts):
    return SimpleUploadedFile("scan.png", picture(**facts), content_type="image/png")


def test_a_design_is_made_in_the_cms_and_draws_from_then_on(as_dora, course):
    assert b"Show a specimen" in as_dora.get(ADD).content
    people = texts("signatories", {"name": "Dr. Ada Byron", "role": "President"}, {"name": "Bo Li", "role": ""})
    lines = texts("texts", {"language": "en", "line": "Recorded in the register."})
    uploads = {"signatories-0-picture": scan(), "logo": scan(mode="CMYK", kind="JPEG")}
    as_dora.post(ADD, {**FORM, **people, **lines, **uploads, "courses": [course.pk]})
    design = Design.objects.get()
    assert [each.name for each in design.signatories.all()] == ["Dr. Ada Byron", "Bo Li"]
    assert design.logo.startswith("data:image/png;base64,")
    assert list(design.courses.all()) == [course]
    text = text_of(pdf_of(issued(course=course)))
    assert "Dr. Ada Byron" in text
    assert "Recorded in the register." in text
    entry = Entry.objects.get(target_type="issuing.design")
    assert entry.data["layout"] == "portrait"
    assert "base64" not in str(entry.data)


def test_who_signs_is_changed_in_the_log_too(as_dora):
    design = make_design(name="Of the society", rank=10, layout="portrait", accent="#7a2e3a", line="#c2a873")
    people = texts("signatories", {"name": "Dr. Ada Byron", "role": ""})
    as_dora.post(f"/cms/snippets/issuing/design/edit/{design.pk}/", {**FORM, **EMPTY, **people})
    assert design.signatories.get().name == "Dr. Ada Byron"
    assert "signatories" in Entry.objects.get(target_type="issuing.design").data["changed"]


def test_a_picture_is_kept_exchanged_or_taken_away(as_dora):
    design = make_design(logo=ink())
    path = f"/cms/snippets/issuing/design/edit/{design.pk}/"
    assert "Take this picture away" in as_dora.get(path).content.decode()
    before = design.logo
    as_dora.post(path, {**FORM, **EMPTY})
    design.refresh_from_db()
    assert (design.name, design.logo) == ("Of the society", before)
    as_dora.post(path, {**FORM, **EMPTY, "logo": scan(size=(90, 90))})
    design.refresh_from_db()
    assert design.logo not in ("", before)
    as_dora.post(path, {**FORM, **EMPTY, "logo-clear": "on"})
    design.refresh_from_db()
    assert design.logo == ""


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"accent": "#f2b544"}, "#f2b544 on #fffdf8 has a contrast of 1.80 : 1"),
        ({"line": "#fff0d0"}, "#fff0d0 on #fffdf8 has a contrast of 1.10 : 1"),
        ({"accent": "red"}, "is not a colour such as"),
        ({"logo": SimpleUploadedFile("x.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>")}, "This is no picture"),
        (texts("signatories", {"name": "王小明", "role": ""}), "No shipped font has these characters"),
        (texts("texts", {"language": "en", "line": "认证"}), "No shipped font has these characters"),
        (texts("signatories", *({"name": f"Dr. {n}", "role": ""} for n in range(4))), "Please submit at most 3 forms"),
    ],
    ids=["accent", "line", "no colour", "svg", "name without glyphs", "line without glyphs", "four signatories"],
)
def test_what_could_not_be_printed_is_refused_with_the_reason(as_dora, wrong, told):
    page = as_dora.post(ADD, {**FORM, **EMPTY, **wrong})
    assert told in page.content.decode()
    assert not Design.objects.exists()


CHOOSE = "Choose it again"


def test_fault_a_chosen_picture_is_lost_with_the_form_and_that_is_said_beside_it(as_dora):
    people = texts("signatories", {"name": "Dr. Ada Byron", "role": ""}, {"name": "Bo Li", "role": ""})
    refused = {**FORM, **EMPTY, **people, "accent": "red"}
    for wrong in ({}, {"name": ""}):
        assert CHOOSE not in as_dora.post(ADD, {**refused, **wrong}).content.decode(), "none was chosen"
    page = as_dora.post(ADD, {**refused, "signatories-1-picture": scan()}).content.decode()
    assert page.count(CHOOSE) == 1
    assert 'id="id_signatories-1-picture-lost"' in page
    assert re.search(r'<input type="file" name="signatories-1-picture"[^>]*id_signatories-1-picture-lost"', page)
    assert 'src="None"' not in page
    page = as_dora.post(ADD, {**refused, "logo": scan(), "signatories-0-picture": scan()}).content.decode()
    assert page.count(CHOOSE) == 2
    assert CHOOSE not in as_dora.get(ADD).content.decode()


def test_the_picture_that_is_kept_is_still_shown_where_another_was_lost(as_dora):
    design = make_design(logo=ink())
    path = f"/cms/snippets/issuing/design/edit/{design.pk}/"
    page = as_dora.post(path, {**FORM, **EMPTY, "accent": "red", "logo": scan(size=(90, 90))}).content.decode()
    assert page.count(CHOOSE) == 1
    assert f'src="{design.logo}"' in page
    page = as_dora.post(path, {**FORM, **EMPTY, "logo": scan(), "logo-clear": "on"}).content.decode()
    assert page.count(CHOOSE) == 1


def test_a_course_has_one_design(as_dora, course):
    make_design(name="The old one", courses=[course])
    page = as_dora.post(ADD, {**FORM, **EMPTY, "courses": [course.pk]}).content.decode()
    assert "has the design “The old one”" in page


def test_one_that_was_used_is_not_deleted(as_dora):
    used, unused = make_design(), make_design(name="Unused", rank=90)
    assert issued().design == used
    for design, left in ((used, True), (unused, False)):
        as_dora.post(f"/cms/snippets/issuing/design/delete/{design.pk}/")
        assert Design.objects.filter(pk=design.pk).exists() == left
    as_dora.post(f"/cms/bulk/issuing/design/delete/?id={used.pk}", {"id": used.pk})
    assert Design.objects.filter(pk=used.pk).exists()


def test_the_logo_of_a_body_is_uploaded_in_the_cms(as_dora):
    scheme = make_scheme()
    page = as_dora.get(f"/cms/snippets/issuing/scheme/edit/{scheme.pk}/").content.decode()
    assert 'name="logo"' in page
    row = scheme.texts.get()
    rows = texts("texts", {"id": row.pk, "language": "en", "name": row.name, "unit": row.unit, "wording": row.wording})
    rows["texts-INITIAL_FORMS"] = 1
    given = {"code": "board", "rank": 10, "credit_minutes": 60, "step": "0.5", "minimum_minutes": 0, "source": "Rules"}
    as_dora.post(
        f"/cms/snippets/issuing/scheme/edit/{scheme.pk}/", {**given, **rows, "logo": scan(), "may_show_logo": "on"}
    )
    scheme = Scheme.objects.get()
    assert scheme.may_show_logo
    assert scheme.logo.startswith("data:image/png;base64,")


# --- the preview -------------------------------------------------------------------------------------------------------


def previewed(client, path=PREVIEW, **given):
    answer = client.post(path, {**FORM, **EMPTY, **ASKED, **given})
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    return answer.content


def test_the_preview_shows_the_form_as_it_stands_and_keeps_nothing(as_dora):
    people = texts("signatories", {"name": "Dr. Ada Byron", "role": "President"})
    text = text_of(data := previewed(as_dora, **people, logo=scan()))
    assert sides(data) == (595, 842)
    for part in ("Specimen", "Dr. Ada Byron", "Ilse Nováková", "/verify/–"):
        assert part in text
    assert "AC-" not in text
    assert b"/Sig" not in data
    assert not PdfReader(io.BytesIO(data)).attachments
    assert not Design.objects.exists()
    assert not Certificate.objects.exists()


def test_the_preview_of_a_kept_design_has_its_pictures(as_dora):
    design = make_design(logo=ink(size=(90, 90)), signatories=1)
    row = design.signatories.get()
    people = texts("signatories", {"id": row.pk, "name": row.name, "role": "Editor"})
    people["signatories-INITIAL_FORMS"] = 1
    data = previewed(as_dora, f"{PREVIEW}{design.pk}/", **people)
    assert "Editor" in text_of(data)
    assert len(PdfReader(io.BytesIO(data)).pages[0].images) == 3  # logo, signature, QR code
    assert design.signatories.get().role == row.role


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("sample", SAMPLES)
def test_every_sample_is_one_page_and_marked(as_dora, language, sample):
    data = previewed(as_dora, **{"preview-language": language, "preview-sample": sample, "preview-credits": "on"})
    assert len(pypdfium2.PdfDocument(data)) == 1
    word = {"en": "Specimen", "de": "Muster", "es": "Muestra", "fr": "Spécimen", "it": "Facsimile", "pl": "Wzór"}
    assert word[language] in text_of(data)


def test_a_specimen_verifies_as_nothing(as_dora):
    assert as_dora.get(f"/verify/{NOBODY}").status_code == 404


def test_what_is_wrong_with_the_form_is_told_instead(as_dora):
    people = texts("signatories", {"name": "王小明", "role": ""})
    answer = as_dora.post(PREVIEW, {**FORM, **EMPTY, **ASKED, **people, "accent": "#f2b544", "preview-sample": "x"})
    assert answer.status_code == 422
    page = answer.content.decode()
    for part in ("has a contrast of 1.80 : 1", "王 (U+738B)", "x is not one of the available choices"):
        assert part in page


# --- shipped -----------------------------------------------------------------------------------------------------------


def test_one_design_a_layout_is_shipped_and_belongs_to_the_editors():
    call_command("load_schemes")
    shipped = list(Design.objects.all())
    assert [each.layout for each in shipped] == list(LAYOUTS)
    for each in shipped:
        each.full_clean()
    assert issued().design == shipped[0]
    Design.objects.exclude(pk=shipped[0].pk).delete()
    call_command("load_schemes")
    assert Design.objects.count() == 1


# --- who may -----------------------------------------------------------------------------------------------------------


def test_designs_are_for_administrators_and_whom_they_give_the_right(client):
    design = make_design()
    carol = UserFactory(name="Carol", is_staff=True)
    carol.user_permissions.add(Permission.objects.get(codename="access_admin"))
    client.force_login(carol)
    paths = (ADD, f"/cms/snippets/issuing/design/edit/{design.pk}/")
    assert [client.get(path).status_code for path in paths] == [302, 302]
    assert client.post(PREVIEW, {**FORM, **EMPTY, **ASKED}).status_code == 302
    carol.user_permissions.add(
        *Permission.objects.filter(content_type__app_label="issuing", content_type__model="design")
    )
    assert [client.get(path).status_code for path in paths] == [200, 200]
    assert client.post(PREVIEW, {**FORM, **EMPTY, **ASKED}).status_code == 200
    client.logout()
    assert client.post(PREVIEW, {**FORM, **EMPTY, **ASKED}).status_code == 302


def test_the_list_asks_no_more_with_more_designs(as_dora, django_assert_max_num_queries):
    for count in range(12):
        make_design(name=f"Number {count}")
    with django_assert_max_num_queries(40):
        assert as_dora.get("/cms/snippets/issuing/design/").status_code == 200
