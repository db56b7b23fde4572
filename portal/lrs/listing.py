"""Statements page by page for people to read, newest first, as the continuation of the API goes through them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from portal.lrs.cursor import Cursor, seal, unseal
from portal.lrs.models import Statement
from portal.lrs.querysets import AnyOf, Place, StatementQuerySet, Wanted

PER_PAGE = 25
# A page ends earlier once its texts are longer than this together.
PAGE_BYTES = 4 * 1024 * 1024
_STREAM = 200


@dataclass(frozen=True)
class Page:
    """``following`` is the token of the page after this one, empty at the end."""

    rows: Sequence[Statement]
    following: str


def page_of(found: StatementQuerySet, wanted: Wanted | AnyOf, *, after: str = "", limit: int = PER_PAGE) -> Page:
    """The newest of ``found`` that match ``wanted``, or of those that follow the page that gave ``after``.

    Raises:
        InvalidError: ``after`` is no token of ours, or too old.
    """
    if after:
        place = unseal(after)
        found = found.beyond(place.stored, place.id, ascending=False)
    places = found.places(wanted, ascending=False, limit=limit + 1)
    shown = _fitting(places[:limit])
    following = seal(Cursor({}, shown[-1].stored, shown[-1].id)) if len(shown) < len(places) else ""
    return Page(rows_at(shown), following)


def every_row(found: StatementQuerySet, wanted: Wanted | AnyOf) -> Iterator[Statement]:
    """All of ``found`` that match ``wanted``, oldest first; some at a time are in memory."""
    left = found
    while places := _fitting(left.places(wanted, ascending=True, limit=_STREAM)):
        yield from rows_at(places)
        left = found.beyond(places[-1].stored, places[-1].id, ascending=True)


def rows_at(places: Sequence[Place]) -> list[Statement]:
    """The statements at ``places`` in their order, each with its credential."""
    rows = Statement.objects.at((each.stored, each.id) for each in places).select_related("credential")
    by_id = {row.pk: row for row in rows}
    return [by_id[each.id] for each in places if each.id in by_id]


def _fitting(places: Sequence[Place]) -> Sequence[Place]:
    total = 0
    for n, each in enumerate(places):
        total += each.size
        if total > PAGE_BYTES and n:
            return places[:n]
    return places
