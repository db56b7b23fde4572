"""Data that come with statements, and leave with them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

from portal.core.types import JsonObject
from portal.lrs.errors import InvalidError
from portal.lrs.models import Attachment, AttachmentData, AttachmentPiece
from portal.lrs.multipart import ENCODING, HASH, TYPE, Part, media_type, opening
from portal.lrs.parsing import json_path
from portal.lrs.signatures import check_signature
from portal.lrs.vocabulary import SIGNATURE

OCTETS = "application/octet-stream"
PIECE_BYTES = 512 * 1024

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Attached:
    """An attachment whose data came; ``sha2`` and ``content_type`` as the statement writes them."""

    sha2: str
    content_type: str
    part: Part


def match(statements: Sequence[JsonObject], parts: Sequence[Part], *, version: str) -> list[list[Attached]]:
    """Which of the data belong to which statement, in order. They are told apart by their hashes alone.

    Args:
        statements: valid ones.
        parts: the data that came in the same request. What the store has already is not looked at: whoever knows the
            hash of another's data would have them.
        version: of the request; signatures are judged by its rules.

    Raises:
        InvalidError: neither data nor an address of an attachment came, data that no attachment names or of another
            media type, or a signature that is wrong.
    """
    matching = _Matching(parts, version)
    matched = [matching.of(each, (n,)) for n, each in enumerate(statements)]
    named: dict[str, set[str]] = {}
    for attached in chain.from_iterable(matched):
        named.setdefault(attached.part.sha2, set()).add(media_type(attached.content_type))
    for part in parts:
        if part.sha2 not in named:
            raise InvalidError("is the sha2 of no attachment", f"{part.place}.{HASH}")
        if part.media_type and part.media_type not in named[part.sha2]:
            raise InvalidError("is not the contentType of the attachment", f"{part.place}.{TYPE}")
    return matched


class _Matching:
    """The parts of one request by their hashes, and which of them were judged as signatures already."""

    def __init__(self, parts: Sequence[Part], version: str) -> None:
        self.parts = {part.sha2: part for part in parts}
        self.version = version
        self.judged: set[str] = set()

    def of(self, statement: JsonObject, at: Path) -> list[Attached]:
        attached = []
        for holder, attachment, path in _attachments(statement, at):
            part = self.parts.get(attachment["sha2"].lower())
            if attachment["usageType"] == SIGNATURE:
                if holder is not statement:
                    raise InvalidError("a sub-statement cannot be signed", json_path((*path, "usageType")))
                self._check_signature(statement, attachment, part, path)
            if part is not None:
                attached.append(Attached(attachment["sha2"], attachment["contentType"], part))
            elif "fileUrl" not in attachment:
                raise InvalidError("is missing, and no part with this sha2 came", json_path((*path, "fileUrl")))
        return attached

    def _check_signature(self, statement: JsonObject, attachment: JsonObject, part: Part | None, path: Path) -> None:
        if media_type(attachment["contentType"]) != OCTETS:
            raise InvalidError(f"the contentType of a signature is {OCTETS}", json_path((*path, "contentType")))
        if part is None:
            raise InvalidError("the signature did not come with its statement", json_path(path))
        if part.sha2 in self.judged:  # a long one at a thousand statements would take minutes
            raise InvalidError("the signature stands in this request already", json_path(path))
        self.judged.add(part.sha2)
        try:
            check_signature(statement, bytes(part.content), version=self.version)
        except InvalidError as error:
            raise InvalidError(error.message, json_path(path)) from None


def _attachments(sentence: JsonObject, at: Path) -> Iterator[tuple[JsonObject, JsonObject, Path]]:
    """The sentence that holds it, the attachment, and where it stands; sub-statement included."""
    for n, each in enumerate(sentence.get("attachments", ())):
        yield sentence, each, (*at, "attachments", n)
    if sentence["object"].get("objectType") == "SubStatement":
        yield from _attachments(sentence["object"], (*at, "object"))


def keep(attached: Iterable[tuple[int, Sequence[Attached]]]) -> None:
    """Store the data and whose they are (by the statements' numbers), in the transaction that stores the statements."""
    rows = {(number, each.sha2): (number, each) for number, several in attached for each in several}
    if not rows:
        return
    contents = {each.part.sha256: each.part.content for _, each in rows.values()}
    known = AttachmentData.objects.filter(pk__in=contents).values_list("pk", flat=True)
    # In order, so that two batches with the same data wait for each other and do not stop each other.
    fresh = {each: contents[each] for each in sorted(contents.keys() - set(known))}
    AttachmentData.objects.bulk_create(
        [AttachmentData(sha256=sha256, size=len(content)) for sha256, content in fresh.items()], ignore_conflicts=True
    )
    for load in _loads(fresh):
        AttachmentPiece.objects.bulk_create(load, ignore_conflicts=True)
    Attachment.objects.bulk_create(
        Attachment(statement_id=number, data_id=each.part.sha256, sha2=each.sha2, content_type=each.content_type)
        for number, each in rows.values()
    )


def _loads(contents: Mapping[str, memoryview]) -> Iterator[list[AttachmentPiece]]:
    """The pieces of all contents, as many at a time as are together about as long as one."""
    load: list[AttachmentPiece] = []
    size = 0
    for sha256, content in contents.items():
        for number, start in enumerate(range(0, len(content), PIECE_BYTES)):
            piece = content[start : start + PIECE_BYTES]
            load.append(AttachmentPiece(data_id=sha256, number=number, content=piece))
            size += len(piece)
            if size >= PIECE_BYTES:
                yield load
                load, size = [], 0
    if load:
        yield load


class Shown(NamedTuple):
    """Data as an answer gives them; ``size`` is in bytes."""

    statement_id: int
    sha2: str
    content_type: str
    sha256: str
    size: int

    def opening(self, boundary: str) -> bytes:
        return opening(boundary, [(TYPE, self.content_type), (ENCODING, "binary"), (HASH, self.sha2)])

    def pieces(self) -> Iterator[bytes]:
        """The content; each piece is read when it is asked for."""
        stored = AttachmentPiece.objects.filter(data=self.sha256).values_list("content", flat=True)
        given = number = 0
        while given < self.size:
            piece = bytes(stored.get(number=number))
            yield piece
            given, number = given + len(piece), number + 1


def attachments_of(statement_ids: Iterable[int]) -> list[Shown]:
    """The data of all attachments of these statements, in the order of their storing."""
    found = Attachment.objects.filter(statement__in=statement_ids).order_by("pk")
    return [Shown(*row) for row in found.values_list("statement_id", "sha2", "content_type", "data_id", "data__size")]


def each_once(attached: Iterable[Shown]) -> list[Shown]:
    """Without those that another one names by the same hash."""
    return list({each.sha2: each for each in attached}.values())
