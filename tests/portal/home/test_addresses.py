"""Search engines and social networks are told the address of ``PUBLIC_URL``, whatever the site in the CMS is called."""

from io import BytesIO

import pytest
from bs4 import BeautifulSoup
from django.core.files.base import ContentFile
from PIL import Image
from wagtail.models import Locale

from portal.cms.models import PortalImage

pytestmark = pytest.mark.django_db
PUBLIC = "https://campus.example.org"


@pytest.fixture(autouse=True)
def _public(settings):
    settings.PUBLIC_URL = PUBLIC


def test_pages_name_their_public_address_in_every_language(client, home, course):
    german = course.copy_for_translation(Locale.objects.get_or_create(language_code="de")[0], copy_parents=True)
    german.save_revision().publish()
    page = BeautifulSoup(client.get("/en/courses/course-j/").content, "html.parser")
    assert {link["hreflang"]: link["href"] for link in page.select("link[rel=alternate]")} == {
        "en": f"{PUBLIC}/en/courses/course-j/",
        "de": f"{PUBLIC}{german.url}",
        "x-default": f"{PUBLIC}/en/courses/course-j/",
    }
    assert page.select_one("meta[property='og:url']")["content"] == f"{PUBLIC}/en/courses/course-j/"


def test_the_picture_of_a_card_has_the_public_address(client, home):
    data = BytesIO()
    Image.new("RGB", (1300, 700), "#7a1f4b").save(data, "PNG")
    home.picture = PortalImage.objects.create(title="Card", file=ContentFile(data.getvalue(), "card.png"))
    home.save()
    page = BeautifulSoup(client.get("/en/").content, "html.parser")
    assert page.select_one("meta[property='og:image']")["content"].startswith(f"{PUBLIC}/media/images/card")
