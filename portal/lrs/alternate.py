"""The alternate request syntax of xAPI 1.0.3: any request as a POST of a form, for clients that can send nothing else."""

from io import BytesIO
from urllib.parse import parse_qsl, urlencode

from django.core.handlers.wsgi import WSGIRequest

from portal.lrs.errors import InvalidError
from portal.lrs.versions import HEADER

METHODS = ("GET", "HEAD", "PUT", "POST", "DELETE")
FORM = "application/x-www-form-urlencoded"
# What a browser sends with a form when it lets no script choose.
_MEDIA_TYPES = (FORM, "text/plain", "")
_FIELDS = 100
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
    content = fields.pop("content", "").encode()
    environ = {key: value for key, value in request.environ.items() if key not in {"CONTENT_TYPE", "QUERY_STRING"}}
    for name, key in _HEADERS.items():
        if name in fields:
            environ[key] = _header(name, fields.pop(name))
    environ.setdefault("CONTENT_TYPE", "application/json")
    environ |= {
        "REQUEST_METHOD": method,
        "QUERY_STRING": urlencode(fields),
        "CONTENT_LENGTH": str(len(content)),  # whatever the form says of it
        "wsgi.input": BytesIO(content),
    }
    return WSGIRequest(environ)


def _fields(form: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(form.decode(), keep_blank_values=True, errors="strict", max_num_fields=_FIELDS)
    except ValueError:
        raise InvalidError(f"the body is no form in UTF-8 with at most {_FIELDS} fields") from None
    fields: dict[str, str] = {}
    for name, value in pairs:
        if name in fields:
            raise InvalidError("is given more than once", name[:100])
        fields[name] = value
    return fields


def _header(name: str, value: str) -> str:
    if not value.isascii() or not value.isprintable():
        raise InvalidError("is not one line of ASCII", name)
    return value
