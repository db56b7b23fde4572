"""The shortest valid object of every model; pages are in ``tests/pages.py``."""

from datetime import UTC, date, datetime
from functools import cache

import factory
from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import make_password
from factory.django import DjangoModelFactory

from portal.accounts.models import User
from portal.departments.models import Department, Membership, Organisation

PASSWORD = "correct horse battery"
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@cache
def hashed(password: str, _hasher: str) -> str:
    """As ``_hasher``, the first of the settings, keeps it; made once for each, because it is slow by design."""
    return make_password(password)


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Person Number {n}")
    email = factory.Sequence(lambda n: f"person{n}@example.org")
    profession = "radiologist"
    country = "AT"
    language = "en"
    password = factory.LazyFunction(lambda: hashed(PASSWORD, settings.PASSWORD_HASHERS[0]))

    @factory.post_generation
    def confirmed(self, create, extracted, **kwargs):
        if extracted is not False:
            EmailAddress.objects.create(user=self, email=self.email, verified=True, primary=True)


class OrganisationFactory(DjangoModelFactory):
    class Meta:
        model = Organisation

    name = factory.Sequence(lambda n: f"Hospital {n}")
    country = "AT"


class DepartmentFactory(DjangoModelFactory):
    class Meta:
        model = Department

    organisation = factory.SubFactory(OrganisationFactory)
    name = factory.Sequence(lambda n: f"Radiology {n}")


class MembershipFactory(DjangoModelFactory):
    class Meta:
        model = Membership

    department = factory.SubFactory(DepartmentFactory)
    user = factory.SubFactory(UserFactory)
    valid_from = date(2020, 1, 1)
