"""``make audit``: known holes in the pinned requirements, by pip-audit. Needs the network, so CI's ``.ci/run`` leaves it out.

pip-audit says "no known vulnerabilities" and ends with 0 when it could look nothing up. Here a requirement counts as clean
only when its very version was looked up and nothing was found.
"""

import json
import subprocess
import sys
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
FILES = ("requirements.txt", "requirements-dev.txt")
COMMAND = ["--disable-pip", "--require-hashes", "--format", "json", "--progress-spinner", "off"]


def pinned(text: str) -> dict[str, str]:
    """Name and version of every requirement that this platform installs."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        if not line or line.startswith((" ", "#", "-")):
            continue
        requirement = Requirement(line.rstrip(" \\"))
        if requirement.marker is None or requirement.marker.evaluate():
            (pin,) = requirement.specifier
            found[canonicalize_name(requirement.name)] = pin.version
    return found


def faults(wanted: dict[str, str], report: str, status: int) -> list[str]:
    """Everything that keeps the requirements from being clean; empty when each was looked up and none has a hole.

    Args:
        wanted: name and version of what is installed.
        report: pip-audit's JSON; anything else means that it broke off, such as without a network.
        status: with which it ended.
    """
    try:
        entries = {entry["name"]: entry for entry in json.loads(report)["dependencies"]}
    except (ValueError, KeyError, TypeError):
        return [f"pip-audit looked nothing up (status {status})"]
    found = []
    for name, version in wanted.items():
        entry = entries.get(name)
        if entry is None:
            found.append(f"{name} {version}: not looked at")
        elif "skip_reason" in entry:
            found.append(f"{name} {version}: skipped: {entry['skip_reason']}")
        elif entry.get("version") != version or "vulns" not in entry:
            found.append(f"{name} {version}: another version was looked at: {entry.get('version')}")
        else:
            found += [
                f"{name} {version}: {hole['id']}, mended in {', '.join(hole['fix_versions']) or 'no version yet'}"
                for hole in entry["vulns"]
            ]
    if status and not found:
        found.append(f"pip-audit ended with status {status}")
    return found


def main() -> int:
    """0 only when every requirement was looked up and none has a known hole."""
    wanted = pinned("\n".join((ROOT / name).read_text() for name in FILES))
    if not wanted:
        print("no requirements found: nothing was looked up")
        return 1
    command = [
        str(Path(sys.executable).parent / "pip-audit"),
        *(part for name in FILES for part in ("-r", name)),
        *COMMAND,
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    found = faults(wanted, done.stdout, done.returncode)
    if found:
        print(done.stderr[-2000:] if not done.stdout else "", *found, sep="\n")
        print(f"not clean: {len(found)} of {len(wanted)} requirements")
        return 1
    print(f"{len(wanted)} requirements looked up, no known hole")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
