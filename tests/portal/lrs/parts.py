"""Statements with data, as requests and answers of several parts."""

import hashlib
import json

BOUNDARY = "-------314159265358979323846"
MIXED = f"multipart/mixed; boundary={BOUNDARY}"
TEXT = b"here is a simple attachment"
OTHER = b"here is a second simple attachment"


def sha2(content, algorithm="sha256"):
    return hashlib.new(algorithm, content).hexdigest()


def attachment(content=TEXT, **changes):
    """What a statement says of ``content``; ... (Ellipsis) takes a property away."""
    whole = {
        "usageType": "https://example.org/usage",
        "display": {"en": "A text"},
        "contentType": "text/plain",
        "length": len(content),
        "sha2": sha2(content),
        **changes,
    }
    return {key: value for key, value in whole.items() if value is not ...}


def piece(content, headers):
    """A part; a header that is ... is left out."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items() if value is not ...)
    return lines.encode() + b"\r\n" + content


def json_piece(value, content_type="application/json", **headers):
    return piece(json.dumps(value).encode(), {"Content-Type": content_type, **headers})


def data_piece(content=TEXT, **headers):
    """Names of headers are written with underscores here."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return piece(
        content,
        {
            "Content-Type": "text/plain",
            "Content-Transfer-Encoding": "binary",
            "X-Experience-API-Hash": sha2(content),
            **given,
        },
    )


def mixed(*pieces, boundary=BOUNDARY):
    opened = b"".join(b"--" + boundary.encode() + b"\r\n" + each + b"\r\n" for each in pieces)
    return opened + b"--" + boundary.encode() + b"--\r\n"


def kept_content(stored):
    """The bytes of an ``Attachment``."""
    return b"".join(bytes(each.content) for each in stored.data.pieces.order_by("number"))


def parts_of(answer):
    """Headers and content of each part."""
    kind, _, boundary = answer["Content-Type"].partition("; boundary=")
    assert kind == "multipart/mixed"
    body = answer.getvalue()
    assert answer["Content-Length"] == str(len(body))
    before, *parts, after = body.split(b"--" + boundary.encode())
    assert (before, after) == (b"", b"--\r\n")
    read = []
    for each in parts:
        head, _, content = each.removeprefix(b"\r\n").removesuffix(b"\r\n").partition(b"\r\n\r\n")
        read.append((dict(line.split(": ", 1) for line in head.decode().split("\r\n")), content))
    return read
