"""Reading many statements in bounded memory."""

from collections.abc import Iterator, Sequence

from portal.lrs.flat import Row
from portal.lrs.querysets import Place, StatementQuerySet, Wanted

PIECE = 500
PIECE_BYTES = 4 * 1024 * 1024
_ROW = ("pk", "stored", "own", "credential_id", "tenant", "body")


def read_in_order(found: StatementQuerySet, wanted: Wanted, *, piece: int = PIECE) -> Iterator[list[Row]]:
    """The statements of ``found`` that match ``wanted``, oldest first, in pieces.

    A piece is at most ``piece`` statements, and ends once their texts are longer than ``PIECE_BYTES`` together. Each is
    asked for when it is due: what is voided or erased in between is left out.
    """
    after: Place | None = None
    while True:
        here = found if after is None else found.beyond(after.stored, after.id, ascending=True)
        places = here.places(wanted, ascending=True, limit=piece)
        for some in _bounded(places):
            rows = found.at((place.stored, place.id) for place in some).order_by("stored", "pk")
            yield [Row(*row) for row in rows.values_list(*_ROW)]
        if len(places) < piece:
            return
        after = places[-1]


def _bounded(places: Sequence[Place]) -> Iterator[list[Place]]:
    some: list[Place] = []
    total = 0
    for place in places:
        some.append(place)
        total += place.size
        if total > PIECE_BYTES:
            yield some
            some, total = [], 0
    if some:
        yield some
