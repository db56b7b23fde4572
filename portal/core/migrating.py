"""Operations of migrations for tables that are large and written to all the time: no lock longer than a moment."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import OperationalError, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

LOCK = "1s"  # so long may a lock be waited for, and so long do others wait behind it
TRIES = 60


class ReplaceIndex(Operation):
    """Put ``index`` in the place of the one with its name, which serves until the new one is built.

    On PostgreSQL it is built beside whoever reads and writes, in a table that has partitions one partition after the other;
    the migration must not be ``atomic``. Broken off, it is run again.
    """

    reversible = True
    atomic = False

    def __init__(self, model_name: str, index: models.Index) -> None:
        self.model_name = model_name
        self.index = index

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [], {"model_name": self.model_name, "index": self.index}

    def describe(self) -> str:
        return f"Replace index {self.index.name} of {self.model_name}"

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        state.remove_index(app_label, self.model_name, self.index.name)
        state.add_index(app_label, self.model_name, self.index)

    def database_forwards(
        self, app_label: str, editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        before, after = (
            _index_of(state, app_label, self.model_name, self.index.name) for state in (from_state, to_state)
        )
        if editor.connection.vendor == "postgresql":
            _Swap(editor, *after).run()
        else:
            editor.remove_index(*before)
            editor.add_index(*after)

    def database_backwards(
        self, app_label: str, editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        self.database_forwards(app_label, editor, from_state, to_state)


def _index_of(
    state: ProjectState, app_label: str, model_name: str, name: str
) -> tuple[type[models.Model], models.Index]:
    model = state.apps.get_model(app_label, model_name)
    return model, next(index for index in model._meta.indexes if index.name == name)


class _Swap:
    """One index of PostgreSQL built anew under its name."""

    def __init__(self, editor: BaseDatabaseSchemaEditor, model: type[models.Model], index: models.Index) -> None:
        self.editor = editor
        self.table, self.name = model._meta.db_table, index.name
        self.before = f"{index.name}_before"
        self.sql = str(index.create_sql(model, editor))

    def run(self) -> None:
        if not self.exists(self.before):
            self.briefly(f"ALTER INDEX {self.name} RENAME TO {self.before}")
        self.briefly(f"DROP INDEX IF EXISTS {self.name}")  # of a run that was broken off
        parts = self.partitions()
        if parts:
            self.briefly(self.on(f"ONLY {self.table}", self.name))
        for part in parts:
            own = next(name for name in (f"{part}_{self.name}", f"{part}_{self.name}_2") if not self.is_part(name))
            self.patiently(f"DROP INDEX CONCURRENTLY IF EXISTS {own}")
            self.patiently(self.on(part, own, "CONCURRENTLY"))
            self.briefly(f"ALTER INDEX {self.name} ATTACH PARTITION {own}")
        if not parts:
            self.patiently(self.on(self.table, self.name, "CONCURRENTLY"))
        self.briefly(f"DROP INDEX {self.before}")

    def on(self, table: str, name: str, how: str = "") -> str:
        """The statement that makes the index, for another table and under another name."""
        begun = f'CREATE INDEX "{self.name}" ON "{self.table}"'
        if not self.sql.startswith(begun):
            raise ValueError(f"another beginning was expected of: {self.sql}")
        return f"CREATE INDEX {how} {name} ON {table}{self.sql.removeprefix(begun)}"

    def exists(self, name: str) -> bool:
        return bool(self.rows("SELECT 1 FROM pg_class WHERE oid = to_regclass(%s)", name))

    def is_part(self, name: str) -> bool:
        """Whether it is that of a partition in an index of the whole: in the one before, once this was done before."""
        return bool(self.rows("SELECT 1 FROM pg_inherits WHERE inhrelid = to_regclass(%s)", name))

    def partitions(self) -> list[str]:
        return self.rows("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass", self.table)

    def rows(self, sql: str, *values: str) -> list[Any]:
        with self.editor.connection.cursor() as cursor:
            cursor.execute(sql, values)
            return [row[0] for row in cursor.fetchall()]

    def patiently(self, sql: str) -> None:
        """Run what waits for whoever reads and writes now, while nobody waits for it."""
        with self.lock_timeout("0"):
            self.editor.execute(sql)

    def briefly(self, sql: str) -> None:
        """Run what needs a lock that others wait for, but only for a moment: behind a long reader it gives way and tries again."""
        with self.lock_timeout(LOCK):
            for tried in range(1, TRIES + 1):
                try:
                    self.editor.execute(sql)
                    break
                except OperationalError:
                    if tried == TRIES:
                        raise
                    time.sleep(1)

    @contextmanager
    def lock_timeout(self, span: str) -> Iterator[None]:
        (before,) = self.rows("SHOW lock_timeout")
        self.editor.execute(f"SET lock_timeout = '{span}'")
        try:
            yield
        finally:
            self.editor.execute(f"SET lock_timeout = '{before}'")
