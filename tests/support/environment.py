"""Loaded before the settings: a test run has its own ``var`` folder and leaves none behind."""

import atexit
import os
import shutil
import tempfile

from tests.support import migrated, redis_database

migrated.folder()
_folder = tempfile.mkdtemp(prefix="alara-test-")
os.environ["VAR_DIR"] = _folder
os.environ.setdefault("LOG_LEVEL", "WARNING")
atexit.register(shutil.rmtree, _folder, ignore_errors=True)

for _name, _purpose in (("CELERY_BROKER_URL", "broker"), ("CACHE_URL", "cache")):
    if os.environ.get(_name, "").startswith("redis://"):
        os.environ[_name] = f"{os.environ[_name].rsplit('/', 1)[0]}/{redis_database.number(_purpose)}"
