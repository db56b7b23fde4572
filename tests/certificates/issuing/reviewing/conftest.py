"""An accreditation, an organiser who may invite, and a reviewer with her browser."""

from types import SimpleNamespace

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.test import Client

from certificates.issuing.reviewing import actions
from tests.certificates.issuing.reviewing.hands import LAST, TODAY, links_to
from tests.certificates.schemes import accredit, make_scheme
from tests.factories import NOON, UserFactory


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def accreditation(course):
    return accredit(
        make_scheme("ecmec", needs_evaluation=True),
        course,
        status="applied",
        number="",
        valid_from=None,
        valid_to=None,
        interests="Dr. Author: speaker for Example",
    )


@pytest.fixture
def path(accreditation):
    return f"/certificates/accreditations/{accreditation.uuid}/reviewers/"


@pytest.fixture
def as_carol(db):
    carol = UserFactory(name="Carol Curtis")
    carol.user_permissions.add(Permission.objects.get(codename="change_accreditation"))
    client = Client()
    client.force_login(carol)
    return client


@pytest.fixture
def invited(accreditation):
    """Somebody of the body, and the path of her link."""
    (reviewer,) = actions.invite(
        accreditation=accreditation, emails=["one@body.example"], starts_on=TODAY, ends_on=LAST, language="en", at=NOON
    )
    return SimpleNamespace(row=reviewer, link=links_to("one@body.example")[0])


@pytest.fixture
def inside(invited):
    """Her browser after she has followed the link."""
    client = Client()
    assert client.get(invited.link).status_code == 302
    return client
