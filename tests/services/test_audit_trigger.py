"""The log is append only on PostgreSQL too."""

import pytest
from django.db import DatabaseError, connection, transaction

from portal.audit.actions import record
from portal.audit.models import Entry
from tests.factories import NOON

pytestmark = [pytest.mark.services, pytest.mark.django_db]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET verb = 'nothing'",
        "DELETE FROM audit_entry",
        "TRUNCATE audit_entry",
        "TRUNCATE accounts_user, audit_entry CASCADE",
        "WITH gone AS (DELETE FROM audit_entry RETURNING id) SELECT * FROM gone",
        "INSERT INTO audit_entry SELECT * FROM audit_entry ON CONFLICT (id) DO UPDATE SET verb = 'nothing'",
    ],
)
def test_postgresql_refuses_to_change_an_entry(alice, statement):
    assert connection.vendor == "postgresql", "run by make test-services"
    record("greeted", alice, at=NOON)
    connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")  # as in a transaction that has written nothing else
    with pytest.raises(DatabaseError, match="append only"), transaction.atomic():
        connection.cursor().execute(statement)
    assert Entry.objects.get().verb == "greeted"
