"""Fixtures named after people: alice learns, bob leads her department, carol edits, dora administers."""

from importlib import import_module
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client
from hypothesis import HealthCheck
from hypothesis import settings as properties

from portal.core import brand, nearby, ratelimit
from tests.factories import DepartmentFactory, MembershipFactory, UserFactory
from tests.pages import make_course, make_site
from tests.support import migrated


def pytest_configure():
    """Each client of a test starts the middleware anew: static files are looked for when asked for, not all at the start.

    No property fails because the machine was busy.
    """
    settings.WHITENOISE_AUTOREFRESH = True
    properties.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    properties.load_profile("patient")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items):
    """The tests with real processes share them and their databases within a module: one process of a parallel run has it.

    Those with real transactions stay single: they leave the test database empty, so they come after all the others.
    What one process has to do alone comes first, so that the others do not wait for it at the end.
    """
    for item in items:
        database = item.get_closest_marker("django_db")
        is_alone = database is not None and database.kwargs.get("transaction")
        if item.get_closest_marker("services") and not is_alone:
            item.add_marker(pytest.mark.xdist_group(item.module.__name__))
    yield
    items.sort(key=lambda item: item.get_closest_marker("xdist_group") is None)


@pytest.fixture(scope="session")
def django_db_keepdb():
    """The test database is there, and up to date, before Django looks."""
    return True


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix):
    name = connection.creation._get_test_db_name()
    if connection.vendor == "sqlite":
        migrated.copy_sqlite(Path(name))
        yield
    else:
        migrated.copy_postgres(name)
        yield
        migrated.drop(name)


@pytest.fixture(autouse=True)
def _fresh_counters():
    """No rate limit or cached answer leaks from one test into the next; the brand is known, as on a running portal."""
    cache.clear()
    nearby.ear().forget_all()
    cache.set(brand.KEY, brand.Brand())
    ratelimit._limiter().storage.reset()
    ratelimit._limiter.cache_clear()
    ratelimit._ahead.clear()


@pytest.fixture(scope="session", autouse=True)
def _audit_entries_go_between_tests():
    """A test with real transactions ends by emptying every table, which the triggers of the log refuse."""
    if connection.vendor == "sqlite":
        after = import_module("portal.audit.migrations.0002_append_only").SQLITE
        before = [f"DROP TRIGGER {trigger.split()[2]}" for trigger in after]
    else:
        before, after = (
            [f"ALTER TABLE audit_entry {change} TRIGGER audit_entry_no_truncate"] for change in ("DISABLE", "ENABLE")
        )
    empty = connection.ops.execute_sql_flush

    def execute_sql_flush(statements):
        empty([*before, *statements, *after])

    connection.ops.execute_sql_flush = execute_sql_flush


@pytest.fixture
def elsewhere():
    """A browser at another address."""
    return Client(REMOTE_ADDR="203.0.113.7")


@pytest.fixture
def alice(db):
    return UserFactory(name="Alice Huber", email="alice@example.org")


@pytest.fixture
def department(db):
    return DepartmentFactory(name="Radiology", organisation__name="Donau Hospital")


@pytest.fixture
def bob(department):
    bob = UserFactory(name="Bob Berger", email="bob@example.org", profession="manager")
    MembershipFactory(user=bob, department=department, role="lead")
    return bob


@pytest.fixture
def home(db):
    return make_site()


@pytest.fixture
def course(home):
    return make_course(home)


@pytest.fixture
def as_alice(client, alice):
    client.force_login(alice)
    return client
