"""Every class of address carries the headers that keep a browser safe."""

import subprocess
import sys

import pytest
from django.conf import settings as configured
from django.test import Client

from tests.factories import PASSWORD, UserFactory
from tests.support.live import ROOT

pytestmark = pytest.mark.django_db

XAPI = {
    "xapi": ("/xapi/about", 200),
    "xapi without credentials": ("/xapi/statements", 401),
}
PAGES = {
    "visitor page": ("/en/", 200),
    "account": ("/account/login/", 200),
    "account, not signed in": ("/account/profile/", 302),
    "static file": ("/static/portal/css/kit.css", 200),
    "health": ("/healthz", 200),
    "unknown address": ("/en/nothing-here/", 404),
    "unknown everything": ("/nothing-here", 404),
    "forbidden": ("/account/login/", 403),
}
ADDRESSES = {**PAGES, **XAPI}


def ask(client, name):
    path, status = ADDRESSES[name]
    if name == "forbidden":
        answer = Client(enforce_csrf_checks=True).post(path, {})
    else:
        version = {"x-experience-api-version": "1.0.3"}
        answer = client.get(path, follow=name.startswith("unknown"), headers=version)
    assert answer.status_code == status, name
    return answer


def policy(answer) -> dict[str, str]:
    parts = (part.strip().split(" ", 1) for part in answer["Content-Security-Policy"].split(";"))
    return {part[0]: part[1] if len(part) > 1 else "" for part in parts}


@pytest.fixture
def administrator(db):
    return UserFactory(is_superuser=True, is_staff=True)


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("name", PAGES)
def test_strict_everywhere_outside_the_cms(client, name):
    answer = ask(client, name)
    rules = policy(answer)
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == rules["style-src"] == "'self'"
    assert rules["object-src"] == rules["base-uri"] == "'none'"
    assert rules["form-action"] == rules["frame-ancestors"] == "'self'"
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert "http" not in answer["Content-Security-Policy"]
    assert_common(answer)


@pytest.mark.parametrize("name", XAPI)
def test_answers_of_the_record_store_may_do_nothing_in_a_browser(client, name):
    answer = ask(client, name)
    assert policy(answer) == {"default-src": "'none'", "frame-ancestors": "'none'", "sandbox": ""}
    assert_common(answer)


def assert_common(answer):
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    for sense in ("camera", "microphone", "geolocation", "payment", "usb"):
        assert f"{sense}=()" in answer["Permissions-Policy"]


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("path", ["/cms/", "/cms/users/", "/cms/pages/", "/cms/nothing-here/"])
def test_relaxed_for_the_cms_alone(client, administrator, path):
    client.force_login(administrator)
    answer = client.get(path, follow=True)
    rules = policy(answer)
    assert "'unsafe-inline'" in rules["script-src"]
    assert rules["default-src"] == rules["object-src"] == rules["base-uri"] == "'none'"
    assert "http" not in answer["Content-Security-Policy"]
    assert_common(answer)
    assert "'unsafe-inline'" not in client.get("/en/")["Content-Security-Policy"]
    assert "'unsafe-inline'" not in client.get("/cmsx/", follow=True)["Content-Security-Policy"]


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("path", ["/start/", "/account/profile/", "/learn/", "/en/", "/nothing-here"])
def test_what_a_person_sees_stays_out_of_caches(as_alice, path):
    answer = as_alice.get(path, follow=True)
    assert "no-store" in answer["Cache-Control"]
    assert "private" in answer["Cache-Control"]


@pytest.mark.parametrize("name", ["favicon.ico", "apple-touch-icon.png"])
def test_pictures_that_browsers_ask_for_by_fixed_names_are_there(client, name):
    answer = client.get(f"/{name}")
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("image/")


@pytest.mark.usefixtures("home")
def test_what_everybody_sees_may_be_cached(client):
    assert "no-store" not in client.get("/en/").get("Cache-Control", "")
    assert "no-store" not in client.get("/static/portal/css/kit.css").get("Cache-Control", "")


def test_static_files_may_be_cached_by_who_is_signed_in(as_alice):
    assert "no-store" not in as_alice.get("/static/portal/css/kit.css")["Cache-Control"]


def test_cookies_are_kept_from_scripts_and_other_sites(client, alice):
    client.get("/account/login/")
    client.post("/account/login/", {"login": alice.email, "password": PASSWORD})
    client.post("/i18n/setlang/", {"language": "de"})
    for name in (configured.SESSION_COOKIE_NAME, configured.LANGUAGE_COOKIE_NAME):
        cookie = client.cookies[name]
        assert (cookie["httponly"], cookie["samesite"], cookie["domain"]) == (True, "Lax", ""), name
    assert client.cookies[configured.CSRF_COOKIE_NAME]["samesite"] == "Lax"


PRODUCTION = """
from django.conf import settings
from django.test import Client
client = Client(headers={"host": "campus.example"})
print("plain", client.get("/account/login/").status_code)
print("health", client.get("/healthz").status_code)
print("hsts", client.get("/healthz", secure=True)["Strict-Transport-Security"])
client.post("/i18n/setlang/", {"language": "de"}, secure=True)
for cookie in client.cookies.values():
    print("cookie", cookie.key, cookie["secure"], cookie["path"], cookie["domain"] or "-", cookie["samesite"])
for name in ("SESSION", "CSRF"):
    kept = [getattr(settings, f"{name}_COOKIE_{what}") for what in ("NAME", "SECURE", "PATH", "DOMAIN", "SAMESITE")]
    print("cookie", *[part or "-" for part in kept])
print("mfa", settings.MFA_REQUIRED, settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN, settings.DEBUG)
"""


def test_cookies_in_production_are_bound_to_the_host_and_to_tls(tmp_path):
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", PRODUCTION],
        cwd=ROOT,
        env={
            "PATH": "/usr/bin:/bin",
            "PRODUCTION": "true",
            "SECRET_KEY": "a production key of fifty characters or more, for this test",
            "HOSTS": "campus.example",
            "PUBLIC_URL": "https://campus.example",
            "DATABASE_URL": f"sqlite:///{tmp_path}/portal.sqlite3",
            "CELERY_BROKER_URL": "redis://127.0.0.1:1/0",
            "CACHE_URL": "redis://127.0.0.1:1/0",
            "EMAIL_URL": "smtp://127.0.0.1:1",
            "EMAIL_FROM": "Campus <campus@campus.example>",
            "VAR_DIR": str(tmp_path),
            "PYTHONPATH": str(ROOT),
        },
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    lines = [line.split() for line in done.stdout.splitlines()]
    said = {line[0]: line[1:] for line in lines if line[0] != "cookie"}
    assert said["plain"] == ["301"]
    assert said["health"] == ["200"]
    assert "max-age=31536000;" in said["hsts"]
    assert said["mfa"] == ["True", "False", "False"]
    cookies = {line[1]: line[2:] for line in lines if line[0] == "cookie"}
    assert set(cookies) == {"__Host-session", "__Host-csrf", configured.LANGUAGE_COOKIE_NAME}
    for name, (secure, path, domain, samesite) in cookies.items():
        assert (secure, path, domain, samesite) == ("True", "/", "-", "Lax"), name
