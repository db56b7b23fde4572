"""What the pages of the browser show, put together."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import orjson

from portal.core.types import JsonObject
from portal.lrs import vocabulary
from portal.lrs.attachments import attachments_of
from portal.lrs.browser.links import object_url, person_url
from portal.lrs.browser.parts import Part, parts_of
from portal.lrs.formats import canonical
from portal.lrs.identity import people_named
from portal.lrs.indexing import people as people_in
from portal.lrs.iri import index_key
from portal.lrs.lines import bodies_of, lines_of
from portal.lrs.models import Statement
from portal.lrs.querysets import StatementQuerySet, VerbCount
from portal.lrs.wording import Sentence, Word, readers_languages, sentence, short, verb_name

# Characters that turn or hide what stands beside them; in JSON their escapes mean the same.
_UNSEEN = re.compile("[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
# More of the JSON is a file to be saved, not a text to be read.
JSON_SHOWN = 100_000
REFERRERS_SHOWN = 20


class BrowserLine(NamedTuple):
    row: Statement
    sentence: Sentence
    actor_url: str
    what_url: str


def browser_lines(rows: Iterable[Statement]) -> list[BrowserLine]:
    """Each statement as a sentence, the people of the portal by their names."""
    told = bodies_of(rows)
    people = people_named(agent for _row, body in told for agent in people_in(body))
    return [
        BrowserLine(
            line.row, line.sentence, person_url(line.body["actor"], people), object_url(line.body["object"], people)
        )
        for line in lines_of(told, people)
    ]


class VerbLine(NamedTuple):
    verb: Word
    iri: str
    counted: VerbCount


def verb_lines(counted: Sequence[VerbCount]) -> list[VerbLine]:
    """The counts with the verbs as their newest statements tell them."""
    if not counted:
        return []
    first, last = min(each.first for each in counted), max(each.last for each in counted)
    newest = Statement.objects.filter(pk__in=[each.newest for each in counted], stored__gte=first, stored__lte=last)
    bodies = dict(newest.values_list("pk", "body"))
    lines = []
    for each in counted:
        verb = canonical(orjson.loads(bodies[each.newest]), readers_languages())["verb"]
        lines.append(VerbLine(verb_name(verb), verb["id"], each))
    return lines


@dataclass(frozen=True)
class AttachmentLine:
    """``sha2`` is empty where only an address was sent; then nothing can be had here."""

    name: Word
    content_type: str
    length: int
    sha2: str
    address: str


@dataclass(frozen=True)
class StatementPage:
    """``parts`` come by label; ``json`` is cut where it is longer than ``JSON_SHOWN``."""

    sentence: Sentence
    parts: Sequence[tuple[str, Sequence[Part]]]
    attachments: Sequence[AttachmentLine]
    voiding: Sequence[BrowserLine]
    referrers: Sequence[BrowserLine]
    json: str
    is_cut: bool


def statement_page(row: Statement, readable: StatementQuerySet) -> StatementPage:
    """Everything about one statement; what refers to it is looked for in ``readable``."""
    body = orjson.loads(row.body)
    people = people_named([body["authority"], *people_in(body)])
    text = _UNSEEN.sub(_escaped, orjson.dumps(body, option=orjson.OPT_INDENT_2).decode())
    newest = readable.referring_to(row.uuid).select_related("credential").order_by("-stored", "-pk")
    referrers = browser_lines(newest[:REFERRERS_SHOWN])
    voided = index_key(vocabulary.VOIDED)
    return StatementPage(
        sentence=sentence(body, people),
        parts=_by_label(parts_of(canonical(body, readers_languages()), people)),
        attachments=list(_attachment_lines(row, body)),
        voiding=[each for each in referrers if each.row.verb == voided],
        referrers=[each for each in referrers if each.row.verb != voided],
        json=text[:JSON_SHOWN],
        is_cut=len(text) > JSON_SHOWN,
    )


def _by_label(parts: Iterable[Part]) -> list[tuple[str, list[Part]]]:
    labelled: dict[str, list[Part]] = {}
    for part in parts:
        labelled.setdefault(part.label, []).append(part)
    return list(labelled.items())


def _escaped(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"


def _attachment_lines(row: Statement, body: JsonObject) -> Iterator[AttachmentLine]:
    here = {each.sha2 for each in attachments_of([row.pk])}
    for each in (*body.get("attachments", ()), *body["object"].get("attachments", ())):
        texts = canonical({"verb": each, "object": {}}, readers_languages())["verb"]["display"]
        tag, text = next(iter(texts.items()), ("", ""))
        yield AttachmentLine(
            name=Word(short(text) or each["sha2"], tag),
            content_type=each["contentType"],
            length=each["length"],
            sha2=each["sha2"] if each["sha2"] in here else "",
            address=each.get("fileUrl", ""),
        )
