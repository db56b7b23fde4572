"""Exports as an administrator asks for them and takes them."""

import csv
import io
import json

from portal.lrs.exports import tasks
from portal.lrs.models import Export

PAGE = "/records/exports/"


def ask(admin, form="jsonl", **fields):
    """Ask through the form; the export is written once a worker is there."""
    answer = admin.post(PAGE + "new/", {"form": form, **fields})
    assert answer.status_code == 302, answer.content.decode()
    return Export.objects.latest("pk")


def taken(admin, export):
    answer = admin.get(f"{PAGE}{export.uuid}/file/")
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)


def exported(admin, **fields):
    """The ids of the statements in the file, in its order."""
    export = ask(admin, **fields)
    tasks.write_export(export.pk)
    return [json.loads(line)["id"] for line in taken(admin, export).decode().splitlines()]


def rows_of(data):
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def left(private):
    return [path for path in private.rglob("*") if path.is_file()]
