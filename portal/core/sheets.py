"""CSV that opens in a spreadsheet as what it is: text."""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

BOM = "\ufeff"
# What spreadsheets take for the beginning of a formula: OWASP, "CSV Injection".
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def safe(value: object) -> str:
    """``value`` as a cell: text that would be taken for a formula begins with an apostrophe; numbers stay numbers."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    text = str(value)
    return f"'{text}" if text.lstrip(" \n").startswith(_FORMULA) else text


def lines(rows: Iterable[Sequence[object]]) -> str:
    """The rows as CSV (RFC 4180): commas, CRLF, quotes where needed, every cell ``safe``."""
    out = StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([safe(cell) for cell in row] for row in rows)
    return out.getvalue()
