"""What becomes of a signed PDF in other hands."""

import io

from pypdf import PdfReader, PdfWriter
from pypdf.annotations import FreeText


def written(writer):
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def flipped(data):
    """One bit of what the page shows."""
    at = len(data) // 4
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def resaved(data):
    """Written anew, as programs do on "save as"."""
    return written(PdfWriter(clone_from=io.BytesIO(data)))


def noted(data):
    """A note on the page, appended behind the signature."""
    writer = PdfWriter(io.BytesIO(data), incremental=True)
    writer.add_annotation(0, FreeText(text="Eve", rect=(100, 100, 300, 300)))
    return written(writer)


def retitled(data):
    """Another title in the file's properties, appended behind the signature."""
    writer = PdfWriter(io.BytesIO(data), incremental=True)
    writer.add_metadata({"/Title": "Certificate of Eve"})
    return written(writer)


def printed(data):
    """As a print to PDF: the page without the signature."""
    page = PdfReader(io.BytesIO(data)).pages[0]
    del page["/Annots"]
    writer = PdfWriter()
    writer.add_page(page)
    return written(writer)


def cut(data):
    return data[: len(data) // 2]
