"""Months of statements on PostgreSQL."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.db import connection

from portal.lrs import partitions
from portal.lrs.horizon import settled
from portal.lrs.models import Statement
from portal.lrs.tasks import keep_partitions_ahead
from tests.portal.lrs.conftest import credential_for, lms  # noqa: F401  fixtures
from tests.portal.lrs.samples import BEN, statement

pytestmark = [pytest.mark.services, pytest.mark.django_db]


def place_of(uuid):
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text FROM lrs_statement WHERE uuid = %s", [uuid])
        return cursor.fetchone()[0]


def test_a_statement_lies_in_the_partition_of_its_month(lms):  # noqa: F811
    keep_partitions_ahead()
    [uuid] = lms.post(statement()).json()
    assert place_of(uuid) == partitions.name_of(partitions.month_of(datetime.now(UTC)))


def test_months_to_come_have_a_partition_before_they_begin():
    at = datetime(2031, 11, 30, 23, 59, tzinfo=UTC)
    partitions.keep_ahead(at)
    months = [date(2031, 11, 1), date(2031, 12, 1), date(2032, 1, 1), date(2032, 2, 1)]
    assert set(months) <= set(partitions.months())
    assert partitions.keep_ahead(at) == []


def test_what_came_without_a_partition_moves_into_it_when_it_is_laid(lms):  # noqa: F811
    with time_machine.travel(datetime(2033, 5, 31, 23, 59, 59, tzinfo=UTC), tick=False):
        [last] = lms.post(statement(actor=BEN)).json()
    with time_machine.travel(datetime(2033, 6, 1, tzinfo=UTC), tick=False):
        [first] = lms.post(statement(actor=BEN)).json()
    assert (place_of(last), place_of(first)) == (partitions.REST, partitions.REST)
    partitions.add(date(2033, 5, 1))
    assert (place_of(last), place_of(first)) == ("lrs_statement_2033_05", partitions.REST)
    assert lms.ids(agent=BEN) == [first, last]
    assert lms.get(statementId=last).status_code == 200


def test_numbers_are_taken_once_across_months(lms):  # noqa: F811
    for year in (2034, 2035):
        with time_machine.travel(datetime(year, 1, 1, tzinfo=UTC), tick=False):
            lms.post([statement() for _ in range(3)])
    assert len(set(Statement.objects.values_list("pk", flat=True))) == 6
    assert settled() == Statement.objects.order_by("-pk").first().pk
