"""Interface messages: collect and compile them, or (``--check``) show that each catalogue is complete and compiled."""

import os
import shutil
import sys
import tempfile
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parents[1]
LOCALE = ROOT / "portal" / "locale"
LANGUAGES = ("de", "es", "fr", "it", "pl")


def run_collection(folder: Path) -> None:
    """Every message of code and templates into the catalogues below ``folder``; what was reworded comes empty, not guessed."""
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.config.settings")
    import django
    from django.conf import settings
    from django.core.management import call_command
    from django.core.management.commands.makemessages import Command

    django.setup()
    settings.LOCALE_PATHS = [str(folder)]
    Command.msgmerge_options = [*Command.msgmerge_options, "--no-fuzzy-matching"]
    ignored = [".venv", "var", "tests", "tools", "portal/locale", "node_modules"]
    call_command(
        Command(), locale=list(LANGUAGES), no_obsolete=True, no_location=True, ignore_patterns=ignored, verbosity=0
    )


def collect() -> None:
    """Messages of code and templates into the catalogues, then compiled."""
    run_collection(LOCALE)
    compile_all()


def uncollected() -> list[str]:
    """Messages of code and templates that the catalogues do not hold, or hold and nobody says any more."""
    if shutil.which("xgettext") is None:
        return ["gettext is missing, so the catalogues cannot be compared with the code: apt-get install -y gettext"]
    with tempfile.TemporaryDirectory() as name:
        run_collection(Path(name))
        said = {(each.msgctxt, each.msgid) for each in polib.pofile(f"{name}/de/LC_MESSAGES/django.po")}
    kept = {(each.msgctxt, each.msgid) for each in polib.pofile(str(LOCALE / "de" / "LC_MESSAGES" / "django.po"))}
    return [f"not collected: {each[1]}" for each in sorted(said - kept, key=str)] + [
        f"said no more: {each[1]}" for each in sorted(kept - said, key=str)
    ]


def compile_all() -> None:
    for code in LANGUAGES:
        path = LOCALE / code / "LC_MESSAGES" / "django.po"
        polib.pofile(str(path)).save_as_mofile(str(path.with_suffix(".mo")))


def faults() -> list[str]:
    """What is missing, fuzzy, or compiled from an older catalogue."""
    found = []
    for code in LANGUAGES:
        path = LOCALE / code / "LC_MESSAGES" / "django.po"
        if not path.exists():
            found.append(f"{code}: no catalogue; make messages")
            continue
        catalogue = polib.pofile(str(path))
        found += [f"{code}: not translated: {entry.msgid}" for entry in catalogue.untranslated_entries()]
        found += [f"{code}: fuzzy: {entry.msgid}" for entry in catalogue.fuzzy_entries()]
        compiled = {entry.msgid: entry for entry in polib.mofile(str(path.with_suffix(".mo")))}
        for entry in catalogue:
            twin = compiled.get(entry.msgid)
            if entry.translated() and (
                twin is None or (twin.msgstr, twin.msgstr_plural) != (entry.msgstr, entry.msgstr_plural)
            ):
                found.append(f"{code}: compile again (make messages): {entry.msgid}")
    return found


def main() -> int:
    os.chdir(ROOT)
    if "--check" in sys.argv:
        found = [*faults(), *uncollected()]
        print("\n".join(found[:40]))
        return 1 if found else 0
    if "--compile" in sys.argv:
        compile_all()
    else:
        collect()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
