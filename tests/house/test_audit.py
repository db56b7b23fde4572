"""FAULT 85: the audit of dependencies never says clean when it did not look."""

import json
import os
import subprocess
import sys

import pytest

from tests.support.live import ROOT, free_port
from tools.audit import FILES, faults, pinned

WANTED = {"django": "5.2.1", "pillow": "12.0.0"}
CLEAN = [{"name": "django", "version": "5.2.1", "vulns": []}, {"name": "pillow", "version": "12.0.0", "vulns": []}]
HOLE = {"id": "PYSEC-2026-1", "fix_versions": ["5.2.2"], "aliases": [], "description": "A hole."}


def report(*entries):
    return json.dumps({"dependencies": entries, "fixes": []})


def test_fault_85_clean_is_what_was_looked_up_and_has_no_hole():
    assert faults(WANTED, report(*CLEAN), 0) == []


def test_fault_85_a_known_hole_fails_whatever_the_status():
    for status in (0, 1):
        (fault,) = faults(WANTED, report({**CLEAN[0], "vulns": [HOLE]}, CLEAN[1]), status)
        assert fault == "django 5.2.1: PYSEC-2026-1, mended in 5.2.2"
    (fault,) = faults(WANTED, report({**CLEAN[0], "vulns": [{**HOLE, "fix_versions": []}]}, CLEAN[1]), 1)
    assert "no version yet" in fault


def test_fault_85_skipped_fails_though_pip_audit_ends_with_0():
    (fault,) = faults(WANTED, report(CLEAN[0], {"name": "pillow", "skip_reason": "not found"}), 0)
    assert fault == "pillow 12.0.0: skipped: not found"


@pytest.mark.parametrize(
    ("entries", "status", "fault"),
    [
        ([CLEAN[0]], 0, "pillow 12.0.0: not looked at"),
        ([CLEAN[0], {**CLEAN[1], "version": "11.0.0"}], 0, "pillow 12.0.0: another version was looked at: 11.0.0"),
        (
            [CLEAN[0], {"name": "pillow", "version": "12.0.0"}],
            0,
            "pillow 12.0.0: another version was looked at: 12.0.0",
        ),
        (CLEAN, 1, "pip-audit ended with status 1"),
    ],
)
def test_fault_85_a_report_that_is_not_whole_fails(entries, status, fault):
    assert faults(WANTED, report(*entries), status) == [fault]


@pytest.mark.parametrize("said", ["", "null", "[]", "{}", "Tip: your network may be blocking this service."])
@pytest.mark.parametrize("status", [0, 1])
def test_fault_85_no_report_fails(said, status):
    assert faults(WANTED, said, status) == [f"pip-audit looked nothing up (status {status})"]


def test_fault_85_every_installed_requirement_is_wanted():
    text = (
        "a==1.0 \\\n    --hash=sha256:00\nB_c==2.0 ; python_version >= '3'\nd==3 ; sys_platform == 'nowhere'\n# e==4\n"
    )
    assert pinned(text) == {"a": "1.0", "b-c": "2.0"}
    ours = pinned("\n".join((ROOT / name).read_text() for name in FILES))
    assert {"django", "wagtail", "pytest", "pip-audit"} < set(ours)
    assert len(ours) > 150


def test_fault_85_with_the_service_away_the_command_fails(tmp_path):
    """The command itself, with every connection led to a port where nobody listens."""
    nowhere = f"http://127.0.0.1:{free_port()}"
    proxies = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), nowhere)
    done = subprocess.run(
        [sys.executable, "tools/audit.py"],
        cwd=ROOT,
        env={
            **os.environ,
            **proxies,
            "no_proxy": "",
            "NO_PROXY": "",
            "XDG_CACHE_HOME": str(tmp_path),
            "HOME": str(tmp_path),
        },
        capture_output=True,
        text=True,
        timeout=55,
        check=False,
    )
    assert done.returncode == 1
    assert "no known hole" not in done.stdout
    assert "not clean" in done.stdout
