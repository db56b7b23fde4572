"""The alternate request syntax of xAPI 1.0.3: any request as a POST of a form, for clients that can send nothing else."""

import re
from io import BytesIO
from urllib.parse import unquote_plus, urlencode

from django.core.handlers.wsgi import WSGIRequest

from portal.lrs.errors import InvalidError
from portal.lrs.versions import HEADER

METHODS = ("GET", "HEAD", "PUT", "POST", "DELETE")
FORM = "application/x-www-form-urlencoded"
# What a browser sends with a form when it lets no script choose.
_MEDIA_TYPES = (FORM, "text/plain", "")
_FIELDS = 100
QUOTED = "lrs.quoted"  # in the environ: the body as the form holds it, decoded once the credential is known
_SLICE = 64 * 1024
_QUOTED_RUN = re.compile(rb"(?:%[0-9A-Fa-f]{2})+")
_HEADERS = {
    "Authorization": "HTTP_AUTHORIZATION",
    HEADER: "HTTP_X_EXPERIENCE_API_VERSION",
    "Content-Type": "CONTENT_TYPE",
    "Content-Length": "CONTENT_LENGTH",
    "If-Match": "HTTP_IF_MATCH",
    "If-None-Match": "HTTP_IF_NONE_MATCH",
}


def unfold(request: WSGIRequest, form: bytes) -> WSGIRequest:
    """The request that ``request`` stands for.

    Args:
        request: a POST with ``method`` in its query.
        form: its body; the fields named like headers are headers, ``content`` is the body, the others are parameters.

    Raises:
        InvalidError: another parameter in the query, an unknown method, a body that is no form in UTF-8, a field twice,
            or no ``content`` where the method needs one.
    """
    for name in request.GET:
        if name != "method":
            raise InvalidError("is not in the form; only method stands in the address", name[:100])
    method = request.GET["method"]
    if method not in METHODS:
        raise InvalidError(f"is none of {', '.join(METHODS)}", "method")
    if request.content_type not in _MEDIA_TYPES:
        raise InvalidError(f"the media type of the alternate request syntax is {FORM}", "Content-Type")
    fields = _fields(form)
    if method in {"PUT", "POST"} and "content" not in fields:
        raise InvalidError("is missing in the form", "content")
    content = fields.pop("content", "")
    environ = {key: value for key, value in request.environ.items() if key not in {"CONTENT_TYPE", "QUERY_STRING"}}
    for name, key in _HEADERS.items():
        if name in fields:
            environ[key] = _header(name, fields.pop(name))
    environ.setdefault("CONTENT_TYPE", "application/json")
    environ |= {
        "REQUEST_METHOD": method,
        "QUERY_STRING": urlencode(fields),
        "CONTENT_LENGTH": "0",  # whatever the form says of it
        "wsgi.input": BytesIO(),
        QUOTED: content.encode("latin-1"),
    }
    try:
        inner = WSGIRequest(environ)
    except (LookupError, ValueError):  # a charset that is none
        raise InvalidError("is no media type", "Content-Type") from None
    inner.encoding = "utf-8"
    return inner


def unquoted(text: bytes) -> bytes:
    """``text`` of a form as it was before; piece by piece, since it may be long and all of it quoted."""
    pieces, start = [], 0
    while start < len(text):
        end = start + _SLICE
        while end < len(text) and b"%" in text[end - 2 : end]:
            end += 1
        piece = text[start:end].replace(b"+", b" ")
        pieces.append(_QUOTED_RUN.sub(lambda run: bytes.fromhex(run[0].replace(b"%", b"").decode()), piece))
        start = end
    return b"".join(pieces)


def _fields(form: bytes) -> dict[str, str]:
    """The fields by name; ``content``, which may be long, still quoted."""
    no_form = InvalidError(f"the body is no form in UTF-8 with at most {_FIELDS} fields")
    pairs = [pair.partition(b"=") for pair in form.split(b"&", _FIELDS) if pair]
    if len(pairs) > _FIELDS:
        raise no_form
    fields: dict[str, str] = {}
    try:
        for quoted_name, _, value in pairs:
            name = unquote_plus(quoted_name.decode(), errors="strict")
            if name in fields:
                raise InvalidError("is given more than once", name[:100])
            fields[name] = (
                value.decode("latin-1") if name == "content" else unquote_plus(value.decode(), errors="strict")
            )
    except ValueError:
        raise no_form from None
    return fields


def _header(name: str, value: str) -> str:
    if not value.isascii() or not value.isprintable():
        raise InvalidError("is not one line of ASCII", name)
    return value
