"""Loaded before the settings: a test run has its own ``var`` folder and leaves none behind."""

import atexit
import os
import shutil
import tempfile

from tests.support import migrated

migrated.folder()
_folder = tempfile.mkdtemp(prefix="alara-test-")
os.environ["VAR_DIR"] = _folder
os.environ.setdefault("LOG_LEVEL", "WARNING")
atexit.register(shutil.rmtree, _folder, ignore_errors=True)

# Each process of a parallel run has Redis databases of its own: one must not empty the other's cache.
_worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
for _name, _first in (("CELERY_BROKER_URL", 1), ("CACHE_URL", 9)):
    if os.environ.get(_name, "").startswith("redis://"):
        os.environ[_name] = f"{os.environ[_name].rsplit('/', 1)[0]}/{_first + int(_worker)}"
