"""What a file is: told by its first bytes, never by its name alone (pure)."""

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
# How a file of this ending begins. Text has no beginning of its own: it is handed out as text, whatever it says.
BEGINNINGS = {
    "pdf": (b"%PDF-",),
    "rtf": (b"{\\rtf",),
    **dict.fromkeys(("docx", "key", "odt", "pptx", "xlsx", "zip"), _ZIP),
}
PICTURES = {
    "avif": "image/avif",
    "gif": "image/gif",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
}


def ending(name: str) -> str:
    """``pdf`` for ``Report.PDF``; empty when there is none."""
    return name.rpartition(".")[2].lower() if "." in name else ""


def contradicts(name: str, beginning: bytes) -> bool:
    """Whether a file that begins so cannot be what its name says."""
    allowed = BEGINNINGS.get(ending(name))
    return allowed is not None and not beginning.startswith(allowed)
