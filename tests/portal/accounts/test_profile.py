import pytest
from django.conf import settings as configured
from django.test import Client

from portal.accounts.models import User
from tests.factories import PASSWORD, UserFactory
from tests.portal.accounts.hands import change_address, link_in, mails, sign_in, signed_in

pytestmark = pytest.mark.django_db
LANGUAGE = configured.LANGUAGE_COOKIE_NAME


def profile(**changes):
    return {"name": "Alice Huber", "profession": "radiologist", "country": "AT", "language": "en"} | changes


def language_of(client, path="/account/profile/"):
    return client.get(path)["Content-Language"]


def test_profile_is_for_its_owner(client):
    answer = client.get("/account/profile/")
    assert answer.status_code == 302
    assert answer.url == "/account/login/?next=/account/profile/"


def test_a_person_changes_what_she_says_about_herself(as_alice, alice):
    answer = as_alice.post(
        "/account/profile/",
        profile(
            name="  Alice   Berger ", profession="physicist", country="DE", is_superuser="on", email="x@example.org"
        ),
    )
    assert answer.url == "/account/profile/"
    alice.refresh_from_db()
    assert (alice.name, alice.profession, alice.country) == ("Alice Berger", "physicist", "DE")
    assert (alice.is_superuser, alice.email) == (False, "alice@example.org")
    assert 'value="Alice Berger"' in as_alice.get("/account/profile/").content.decode()


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", "A\nB"), ("name", "<b>A</b>"), ("profession", "wizard"), ("country", "XX"), ("language", "tlh")],
)
def test_what_cannot_be_is_refused_and_named(as_alice, alice, field, value):
    answer = as_alice.post("/account/profile/", profile(**{field: value}))
    assert answer.status_code == 200
    assert set(answer.context["form"].errors) == {field}
    alice.refresh_from_db()
    assert alice.name == "Alice Huber"


def test_another_language_speaks_at_once(as_alice):
    assert language_of(as_alice) == "en"
    answer = as_alice.post("/account/profile/", profile(language="de"))
    cookie = answer.cookies[LANGUAGE]
    assert (cookie.value, cookie["httponly"], cookie["samesite"], cookie["path"]) == ("de", True, "Lax", "/")
    assert language_of(as_alice) == "de"


def test_another_language_beats_the_switch_of_before(as_alice):
    as_alice.post("/i18n/setlang/", {"language": "fr", "next": "/account/profile/"})
    as_alice.post("/account/profile/", profile(language="de"))
    assert language_of(as_alice) == "de"


def test_saving_something_else_leaves_the_switch_of_this_device(as_alice):
    as_alice.post("/i18n/setlang/", {"language": "fr"})
    as_alice.post("/account/profile/", profile(country="CH"))
    assert language_of(as_alice) == "fr"


def test_profile_language_speaks_where_nothing_was_chosen():
    anne = UserFactory(language="fr")
    client = Client(headers={"accept-language": "de"})
    client.force_login(anne)
    assert language_of(client) == "fr"
    client.post("/i18n/setlang/", {"language": "de"})
    assert language_of(client) == "de"
    anne.refresh_from_db()
    assert anne.language == "fr"


@pytest.mark.usefixtures("home")
def test_a_page_under_a_language_stays_in_it():
    client = Client()
    client.force_login(UserFactory(language="fr"))
    client.cookies[LANGUAGE] = "de"
    answer = client.get("/en/")
    assert (answer.status_code, answer["Content-Language"]) == (200, "en")


def test_the_switch_sets_a_cookie_and_goes_back(client):
    answer = client.post("/i18n/setlang/", {"language": "de", "next": "/account/login/"})
    assert answer.url == "/account/login/"
    cookie = answer.cookies[LANGUAGE]
    assert (cookie.value, cookie["httponly"], cookie["samesite"]) == ("de", True, "Lax")
    assert language_of(client, "/account/login/") == "de"
    client.post("/i18n/setlang/", {"language": "tlh"})
    assert language_of(client, "/account/login/") == "de"
    assert client.get("/i18n/setlang/?language=fr").status_code == 302
    assert language_of(client, "/account/login/") == "de"


def test_a_new_address_counts_once_it_is_confirmed_and_the_old_one_is_told(client, alice):
    sign_in(client, alice.email)
    change_address(client, "NEW@example.org")
    assert User.objects.get(pk=alice.pk).email == "alice@example.org"
    client.post(link_in(mails("new@example.org")[0]))
    assert User.objects.get(pk=alice.pk).email == "new@example.org"
    assert mails("alice@example.org")
    other = Client()
    assert sign_in(other, "alice@example.org").status_code == 200
    assert sign_in(other, "new@example.org").url == "/start/"


def test_an_address_that_somebody_signed_up_with_meanwhile_is_refused_without_a_fault(client, alice):
    sign_in(client, alice.email)
    change_address(client, "new@example.org")
    UserFactory(email="new@example.org", confirmed=False)
    answer = client.post(link_in(mails("new@example.org")[0]))
    assert answer.status_code < 400
    assert User.objects.get(pk=alice.pk).email == "alice@example.org"
    assert signed_in(client)
    assert sign_in(Client(), "alice@example.org").url == "/start/"


@pytest.fixture
def as_administrator(client):
    client.force_login(UserFactory(is_superuser=True, is_staff=True))
    return client


def in_cms(**changes):
    return profile(email="Otto@Example.org", name="Otto Klein", password1=PASSWORD, password2=PASSWORD) | changes


def test_the_cms_keeps_the_same_rules(as_administrator):
    answer = as_administrator.post("/cms/users/new/", in_cms(name="<b>Otto</b>"))
    assert "name" in answer.context["form"].errors
    as_administrator.post("/cms/users/new/", in_cms())
    otto = User.objects.get(name="Otto Klein")
    assert otto.email == "otto@example.org"
    answer = as_administrator.post("/cms/users/new/", in_cms(email="OTTO@example.org"))
    assert "email" in answer.context["form"].errors


def test_a_person_made_in_the_cms_confirms_her_address_at_her_first_sign_in(as_administrator):
    as_administrator.post("/cms/users/new/", in_cms())
    client = Client()
    assert sign_in(client, "otto@example.org").url == "/account/confirm-email/"
    client.post(link_in(mails("otto@example.org")[0]))
    assert sign_in(client, "otto@example.org").url == "/start/"


def test_an_address_changed_in_the_cms_is_the_only_one_from_then_on(as_administrator, alice):
    changed = in_cms(name=alice.name, email="huber@example.org", password1="", password2="", is_active="on")
    answer = as_administrator.post(f"/cms/users/edit/{alice.pk}/", changed)
    assert answer.status_code == 302
    assert "email address" in sign_in(Client(), "alice@example.org").content.decode()
    assert sign_in(Client(), "huber@example.org").url == "/account/confirm-email/"


def test_fault_63_markup_in_a_name_is_shown_as_text(client, home):
    """However it came into the database: by import, or before the rule."""
    person = UserFactory(name='<img src=x onerror=alert(1)> "Eve"', email="eve@example.org", is_superuser=True)
    sign_in(client, person.email)
    for path in (
        "/start/",
        "/account/profile/",
        "/account/email/",
        "/account/sessions/",
        "/learn/",
        "/cms/users/",
        "/cms/",
    ):
        page = client.get(path, follow=True).content.decode()
        assert "<img src=x" not in page, path
    client.post("/account/password/reset/", {"email": person.email})
    for message in mails(person.email):
        html = message.get_body(("html",))
        assert html is None or "<img src=x" not in html.get_content()
