"""What stands in the address of the database reaches it."""

import json
import os
import subprocess
import sys

from tests.support.live import ROOT

READ = (
    "import json; from portal.config.settings import DATABASES; "
    "print(json.dumps({k: v for k, v in DATABASES['default']['OPTIONS'].items() if k != 'pool'}))"
)


def options_of(url, tmp_path, **extra):
    told = subprocess.run(
        [sys.executable, "-c", READ],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": url, "VAR_DIR": str(tmp_path), **extra},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(told.stdout)


def test_options_of_the_address_are_kept_beside_ours(tmp_path):
    address = "postgres://u:p@db.example.org/portal?sslmode=verify-full&options=-c%20work_mem=8MB"
    options = options_of(address, tmp_path, DATABASE_POOL="true")
    assert options["sslmode"] == "verify-full"
    assert options["options"].startswith("-c work_mem=8MB -c ")


def test_behind_another_pool_nothing_is_added(tmp_path):
    options = options_of("postgres://u:p@db.example.org/portal?sslmode=require", tmp_path, DATABASE_POOL="false")
    assert options == {"sslmode": "require"}
