"""What the tests of keeping order ask of the store."""

import io
import json

from django.core.management import CommandError, call_command

from portal.lrs.models import Document, Statement


def verified(*arguments):
    """The findings of ``verify_statements``; its exit says whether there are any."""
    out = io.StringIO()
    try:
        call_command("verify_statements", "--json", *arguments, stdout=out)
        failed = False
    except CommandError:
        failed = True
    found = [json.loads(line) for line in out.getvalue().splitlines()]
    assert failed == any(not (each["is_repaired"] or each["is_remark"]) for each in found)
    return found


def kinds(*arguments):
    return [(each["name"], each["kind"]) for each in verified(*arguments)]


def bodies():
    return [json.loads(body) for body in Statement.objects.order_by("pk").values_list("body", flat=True)]


def everything_kept():
    """All texts of statements and documents, for what must not be in there."""
    texts = [*Statement.objects.values_list("body", flat=True)]
    texts += [f"{row.name} {row.agent} {row.owner} {bytes(row.content)!r}" for row in Document.objects.all()]
    return "\n".join(texts).lower()
