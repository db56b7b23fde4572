"""Django's ``migrate``, which on PostgreSQL makes nobody wait behind it while it waits behind somebody else."""

import time
from typing import Any

from django.core.management.commands.migrate import Command as Migrate
from django.db import OperationalError, connections
from psycopg.errors import LockNotAvailable

from portal.core.migrating import LOCK, TRIES


class Command(Migrate):
    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate; a lock that is not had within ``LOCK`` is given up, and the migration tried again, ``TRIES`` times.

        Whoever asks for a table after a migration that waits for it would wait as long: a dump would stop the portal.
        """
        connection = connections[options["database"]]
        if connection.vendor != "postgresql":
            super().handle(*args, **options)
            return
        for tried in range(1, TRIES + 1):
            with connection.cursor() as cursor:
                cursor.execute(f"SET lock_timeout = '{LOCK}'")
            try:
                super().handle(*args, **options)
                break
            except OperationalError as error:
                if tried == TRIES or not isinstance(error.__cause__, LockNotAvailable):
                    raise
                self.stderr.write("Somebody reads a table that is to be changed; trying again.")
                time.sleep(1)
            finally:
                with connection.cursor() as cursor:
                    cursor.execute("RESET lock_timeout")
