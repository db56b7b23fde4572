"""The report as a spreadsheet and as a PDF."""

from collections.abc import Sequence
from datetime import datetime
from io import BytesIO

from django.template.loader import render_to_string
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.worksheet import Worksheet

from certificates.issuing.pdf import drawn
from certificates.issuing.reporting.report import Table

WIDTHS = {"A": 70, "B": 60}


def spreadsheet(tables: Sequence[Table]) -> bytes:
    """One sheet for each part; text stays text, whatever it begins with."""
    book = Workbook()
    del book[book.sheetnames[0]]
    for number, table in enumerate(tables, start=1):
        sheet: Worksheet = book.create_sheet(str(number))
        sheet.append([table.title])
        sheet.append(list(table.header))
        for line in (1, 2):
            for cell in sheet[line]:
                cell.font = Font(bold=True)
        for row in table.rows:
            sheet.append(list(row))
        for cells in sheet.iter_rows():
            for cell in cells:
                cell.alignment = Alignment(wrap_text=True, vertical="top")
                if isinstance(cell.value, str):
                    cell.data_type = "s"
        for column, width in WIDTHS.items():
            sheet.column_dimensions[column].width = width
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def paper(tables: Sequence[Table], title: str, language: str, at: datetime) -> bytes:
    """The parts one after the other, tagged for readers aloud (PDF/UA-1)."""
    markup = render_to_string(
        "certificates/reporting/paper.html", {"tables": tables, "title": title, "language": language, "at": at}
    )
    return drawn(markup, "report.css", "pdf/ua-1")
