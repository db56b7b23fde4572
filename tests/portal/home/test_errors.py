"""Error pages that help, in the reader's language, whatever is away."""

import pytest
from django.db import OperationalError, connection

from campaign.pages.models import CampaignPage

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(home):
    return home.add_child(instance=CampaignPage(title="Action week", slug="action-week"))


def test_a_page_that_was_taken_down_says_so(client, page):
    page.save_revision().publish()
    assert client.get("/en/action-week/").status_code == 200
    page.refresh_from_db()
    page.unpublish()
    answer = client.get("/en/action-week/")
    assert answer.status_code == 410
    assert "taken down" in answer.content.decode()
    assert client.get("/en/another-week/").status_code == 404


def test_a_draft_was_never_there(client, home):
    home.add_child(instance=CampaignPage(title="Secret plans", slug="plans", live=False))
    assert client.get("/en/plans/").status_code == 404


def test_an_unknown_address_is_404_while_the_database_is_away(rf):
    from portal.home.errors import not_found

    def refuse(*_):
        raise OperationalError("away")

    with connection.execute_wrapper(refuse):
        assert not_found(rf.get("/en/nothing/"), Exception()).status_code == 404


def test_maintenance_answers_without_database(client, settings):
    settings.MAINTENANCE = True

    def refuse(*_):
        raise OperationalError("away")

    with connection.execute_wrapper(refuse):
        for path, language in (("/de/", "de"), ("/start/", "en"), ("/xapi/statements", "en"), ("/cms/", "en")):
            answer = client.get(path)
            assert answer.status_code == 503
            assert answer["Retry-After"] == "600"
            assert f'lang="{language}"' in answer.content.decode()
        assert client.get("/healthz").status_code == 200
        assert client.get("/static/portal/css/kit.css").status_code == 200
