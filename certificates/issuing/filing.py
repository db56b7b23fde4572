"""Where files of certificates are put."""

from django.core.files.base import ContentFile
from django.core.files.storage import Storage


def put(storage: Storage, name: str, data: bytes) -> str:
    """Keep ``data`` under ``name`` and give the name back; what an interrupted worker left there was never announced.

    Raises:
        OSError: such as a full disk; what came of it takes no room from others.
    """
    if storage.exists(name):
        storage.delete(name)
    try:
        return storage.save(name, ContentFile(data))
    except OSError:
        storage.delete(name)
        raise
