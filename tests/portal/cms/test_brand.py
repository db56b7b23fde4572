"""A national society makes the portal its own in the CMS, without code."""

import re
from io import BytesIO

import pypdfium2
import pytest
from bs4 import BeautifulSoup
from django.core.files.base import ContentFile
from PIL import Image

from certificates.issuing.actions import issue
from certificates.issuing.models import Certificate
from portal.cms.models import BrandSettings, PortalImage
from portal.core.tasks import deliver_waiting_mail
from tests.certificates.factories import make_completion
from tests.factories import NOON, UserFactory

pytestmark = pytest.mark.django_db
ADDRESS = "/cms/settings/portal_cms/brandsettings/"
CHOICE = {
    "name": "Strahlen & Schutz",
    "tagline": "Austrian society for careful imaging",
    "issuer": "Society of Careful Imaging",
    "logo": "",
    "brand": "#7A1F4B",
    "deep": "#3b0d24",
    "accent": "#ffc94d",
}


@pytest.fixture
def administrator(client, home):
    client.force_login(UserFactory(is_superuser=True, is_staff=True))
    return client


def choose(administrator, **changes):
    page = administrator.get(ADDRESS, follow=True)
    return administrator.post(page.redirect_chain[-1][0], {**CHOICE, **changes}, follow=True)


@pytest.fixture
def logo(db):
    data = BytesIO()
    Image.new("RGB", (300, 200), "#7a1f4b").save(data, "PNG")
    return PortalImage.objects.create(title="Logo", file=ContentFile(data.getvalue(), "logo.png"))


def test_settings_alone_change_pages_mail_and_certificate(
    administrator, client, logo, django_capture_on_commit_callbacks, mailoutbox
):
    with django_capture_on_commit_callbacks(execute=True):
        assert choose(administrator, logo=logo.pk).status_code == 200
    client.logout()

    page = BeautifulSoup(client.get("/en/").content, "html.parser")
    assert page.title.get_text().endswith("– Strahlen & Schutz")
    assert page.select_one(".brand span").get_text() == "Strahlen & Schutz"
    assert page.select_one(".brand img")["src"].startswith("/media/images/logo")
    assert client.get(page.select_one(".brand img")["src"]).status_code == 200
    assert page.select_one(".footer__name").get_text() == CHOICE["tagline"]
    assert page.find("meta", attrs={"name": "theme-color"})["content"] == "#3b0d24"
    sheet = client.get(page.select_one("link[rel=stylesheet][href^='/brand-']")["href"])
    assert sheet["Content-Type"].startswith("text/css")
    assert "immutable" in sheet["Cache-Control"]
    assert "--brand:#7a1f4b" in sheet.content.decode()

    missing = BeautifulSoup(client.get("/en/nothing-here/").content, "html.parser")
    assert missing.select_one(".brand span").get_text() == "Strahlen & Schutz"

    client.post("/account/password/reset/", {"email": UserFactory(email="anna@example.org").email})
    deliver_waiting_mail()
    message = mailoutbox[-1]
    assert message.body.startswith("Strahlen & Schutz\n")
    html = message.alternatives[0][0]
    assert "background:#3b0d24" in html
    assert "background:#7a1f4b" in html
    assert "Alara Campus" not in html + message.body

    certificate = issue(completion=make_completion(), at=NOON)
    with certificate.file.open("rb") as file:
        document = pypdfium2.PdfDocument(file.read())
    text = document[0].get_textpage().get_text_bounded()
    assert "SOCIETYOFCAREFULIMAGING" in "".join(text.upper().split())
    assert any(each.type == pypdfium2.raw.FPDF_PAGEOBJ_IMAGE for each in document[0].get_objects())


def test_a_certificate_keeps_the_name_of_its_issuer(administrator, client, django_capture_on_commit_callbacks):
    certificate = issue(completion=make_completion(), at=NOON)
    assert certificate.issuer == "Alara Campus"
    with django_capture_on_commit_callbacks(execute=True):
        choose(administrator)
    answer = client.get(f"/verify/{certificate.uuid}?format=json").json()
    assert answer["issuer"] == "Alara Campus"
    assert Certificate.objects.get().issuer == "Alara Campus"


@pytest.mark.parametrize(
    ("field", "colour", "told"),
    [
        (
            "brand",
            "#f2b544",
            r"#f2b544 on #ffffff has a contrast of 1\.8\d : 1.*4\.5 : 1 is needed; #[0-9a-f]{6} would",
        ),
        ("deep", "#c0d0d0", r"#c0d0d0 on #ffffff has a contrast of 1\.5\d : 1.*4\.5 : 1"),
        ("accent", "#334455", r"#334455 on #10232a has a contrast of 1\.\d+ : 1"),
        ("brand", "blue", r"“blue” is not a colour such as #0a5566"),
        ("brand", "#12;}a{", "is not a colour such as"),
    ],
)
def test_an_unreadable_colour_is_refused_and_what_was_typed_is_kept(administrator, field, colour, told):
    answer = choose(administrator, **{field: colour})
    page = BeautifulSoup(answer.content, "html.parser")
    assert re.search(told, page.get_text())
    assert page.find("input", attrs={"name": field})["value"] == colour
    assert page.find("input", attrs={"name": "tagline"})["value"] == CHOICE["tagline"]
    kept = BrandSettings.objects.first()
    assert kept is None or getattr(kept, field) == getattr(BrandSettings(), field)


def test_without_a_choice_the_portal_looks_as_it_comes(client, home):
    page = BeautifulSoup(client.get("/en/").content, "html.parser")
    assert page.select_one(".brand span").get_text() == "Alara Campus"
    assert not page.select("link[href^='/brand-']")
