import pytest

from portal.core.clock import now
from portal.lrs.actions import create_credential
from tests.portal.lrs.samples import XapiClient

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
