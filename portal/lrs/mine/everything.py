"""All that the store holds about one person, as JSON Lines."""

import base64
from collections.abc import Iterator, Sequence

import orjson

from portal.lrs.documents import is_json
from portal.lrs.identity import wanted_of
from portal.lrs.listing import every_row
from portal.lrs.models import Document, Statement


def everything(keys: Sequence[str]) -> Iterator[bytes]:
    """One line for each statement that names one of the agents, oldest first, then one for each of their documents.

    Args:
        keys: index keys, ``identity.keys_of``.

    Yields:
        ``{"statement": …, "voided": …}`` with the statement as it is stored, or ``{"document": {…}}``, whose content is
        JSON (``content``) or base64 (``base64``).
    """
    for row in every_row(Statement.objects.all(), wanted_of(keys)):
        # Line breaks between the values of JSON are white space; inside of a text they are escaped.
        text = row.body.replace("\r", " ").replace("\n", " ").encode()
        yield b'{"statement":' + text + b',"voided":' + orjson.dumps(row.voided) + b"}\n"
    for document in Document.objects.of_agents(keys).order_by("pk").iterator(chunk_size=20):
        yield orjson.dumps({"document": _told(document)}) + b"\n"


def _told(document: Document) -> dict[str, object]:
    content = bytes(document.content)
    told: dict[str, object] = {
        "kind": document.kind,
        "activity": document.activity,
        "agent": document.agent,
        "registration": document.registration,
        "id": document.name,
        "contentType": document.content_type,
        "updated": document.updated,
    }
    if is_json(document.content_type):
        try:
            return {**told, "content": orjson.loads(content)}
        except orjson.JSONDecodeError:  # PUT keeps any bytes
            pass
    return {**told, "base64": base64.b64encode(content).decode()}
