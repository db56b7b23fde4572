"""Statements as the lines of a file."""

from collections.abc import Sequence
from datetime import datetime

from portal.core import sheets
from portal.lrs.flat import COLUMNS, Row, flatten


class JsonLines:
    """Each statement as it was stored, one a line."""

    content_type = "application/x-ndjson"

    def head(self) -> str:
        return ""

    def lines(self, rows: Sequence[Row]) -> str:
        # A line break between the parts of a text of JSON says no more than a space; inside its strings there is none.
        return "".join(row.body.replace("\r", " ").replace("\n", " ") + "\n" for row in rows)


class Csv:
    """The columns of ``flat``, UTF-8 with a byte order mark, which spreadsheets ask for."""

    content_type = "text/csv; charset=utf-8"

    def __init__(self, home: str) -> None:
        self.home = home

    def head(self) -> str:
        return sheets.BOM + sheets.lines([tuple(COLUMNS)])

    def lines(self, rows: Sequence[Row]) -> str:
        flat = (flatten(row, home=self.home) for row in rows)
        return sheets.lines([_told(each[name]) for name in COLUMNS] for each in flat)


def _told(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat(timespec="microseconds").replace("+00:00", "Z")
    return value
