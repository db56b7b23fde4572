import pytest
from django.core.files.storage import storages
from django.test import Client

from portal.core.clock import now
from portal.lrs.credentials import create_credential
from portal.lrs.models import Export
from tests.factories import UserFactory
from tests.portal.lrs.samples import XapiClient, statement

LMS = {"account": {"homePage": "https://lms.example.org", "name": "lms"}}


@pytest.fixture
def credential_for(db, client):
    """A new credential and a client that uses it."""

    def make(agent=LMS, scopes=("all",), version="1.0.3", **more):
        credential, secret = create_credential(name="a client", authority=agent, scopes=scopes, at=now(), **more)
        speaker = XapiClient(client, credential.key, secret, version)
        speaker.credential = credential
        return speaker

    return make


@pytest.fixture
def lms(credential_for):
    """A learning management system that may do everything."""
    return credential_for()


@pytest.fixture
def other(credential_for):
    """Another system, with its own authority."""
    return credential_for({"account": {"homePage": "https://other.example.org", "name": "other"}})


@pytest.fixture
def private(settings, tmp_path, monkeypatch):
    """A folder of its own for private files (``private``), with the drafts in it."""
    settings.PRIVATE_ROOT = tmp_path / "private"
    place = {"location": settings.PRIVATE_ROOT, "base_url": None}
    disk = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": place}
    settings.STORAGES = {**settings.STORAGES, "private": disk}
    monkeypatch.setattr(Export._meta.get_field("file"), "storage", storages["private"])
    return tmp_path


@pytest.fixture
def admin(db, client):
    """The browser of somebody who administers the portal."""
    client.force_login(UserFactory(is_superuser=True, name="Dora Adler"))
    return client


@pytest.fixture
def keep(lms):
    """Store one statement in the name of ``lms``; its id."""

    def send(**changes):
        answer = lms.post(statement(**changes))
        assert answer.status_code == 200, answer.content
        return answer.json()[0]

    return send


@pytest.fixture
def dora(db):
    return UserFactory(name="Dora Admin", email="dora@example.org", is_superuser=True, is_staff=True)


@pytest.fixture
def desk(dora):
    """Dora's browser; the credentials of the tests speak through another client."""
    client = Client()
    client.force_login(dora)
    return client
