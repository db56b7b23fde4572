"""Templates: formatted as Django's own, every one compiles, and none holds inline script or style."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TEMPLATES = ROOT / "templates"
INLINE = {
    "inline script": re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*type=[\"']application/json)", re.IGNORECASE),
    "inline style": re.compile(r"<style\b|\sstyle=[\"']", re.IGNORECASE),
    "inline handler": re.compile(r"\son[a-z]+=[\"']", re.IGNORECASE),
}


def main() -> int:
    """0 when every template is clean; e-mails and the certificate carry their own style and are exempt from that."""
    files = sorted(TEMPLATES.rglob("*.html"))
    djade = subprocess.run([Path(sys.executable).parent / "djade", "--check", *files], check=False).returncode
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.config.settings")
    import django
    from django.template.loader import get_template

    django.setup()
    faults = []
    for path in files:
        name = path.relative_to(TEMPLATES).as_posix()
        try:
            get_template(name)
        except Exception as error:  # noqa: BLE001  whatever it is, the template does not compile
            faults.append(f"{name}: {error}")
        if name.startswith(("emails/", "account/email/", "mfa/email/")):
            continue
        text = path.read_text(encoding="utf-8")
        faults += [f"{name}: {what}" for what, pattern in INLINE.items() if pattern.search(text)]
    print("\n".join(faults))
    return 1 if faults or djade else 0


if __name__ == "__main__":
    raise SystemExit(main())
