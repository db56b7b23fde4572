"""Several questions to the database at once: each message costs more than the answer of a good index."""

from collections.abc import Sequence
from typing import Any

import psycopg
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet


def rows_often(question: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """The rows of a question in PostgreSQL's own words that is asked all day long.

    Each connection of the pool plans it once, for whatever values: over the partitions that takes longer than finding the
    rows. They come in PostgreSQL's binary form, which is read in half the time. Without the pool (``DATABASE_POOL``) there may
    be one in front that gives each question another connection, so it is planned each time.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        return cursor.execute(question, values, binary=True).fetchall()


def change_often(order: str, values: Sequence[Any]) -> int:
    """How many rows an order in PostgreSQL's own words changed, which is given all day long; planned like ``rows_often``."""
    connection.ensure_connection()
    connection.validate_no_broken_transaction()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        return cursor.execute(order, values).rowcount


def rows_of(question: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """The rows of a question in PostgreSQL's own words, planned for these values."""
    with connection.cursor() as cursor:
        cursor.execute(question, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def answers_of(questions: Sequence["QuerySet[Any, tuple[Any, ...]]"]) -> list[list[tuple[Any, ...]]]:
    """The rows of each question, asked in one message of PostgreSQL.

    Args:
        questions: with ``values_list`` of columns that need no conversion of Django's: numbers, texts, moments, UUIDs.
    """
    if connection.vendor != "postgresql":
        return [list(each) for each in questions]
    answers: list[list[tuple[Any, ...]]] = [[] for _ in questions]
    orders: list[str] = []
    values: list[Any] = []
    asked: list[int] = []
    for n, each in enumerate(questions):
        try:
            order, given = each.query.sql_with_params()
        except EmptyResultSet:
            continue
        orders.append(order)
        values.extend(given)
        asked.append(n)
    if orders:
        with connection.cursor() as cursor:
            cursor.execute(";".join(orders), values)
            for place, n in enumerate(asked):
                if place:
                    cursor.nextset()
                answers[n] = cursor.fetchall()
    return answers
