"""Files that come into being whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.files import File
from django.core.files.storage import Storage, storages

# Longer than any task may run, so that nobody is writing at it any more.
ABANDONED = timedelta(hours=24)


def private_storage() -> Storage:
    """Of files that are handed out by a view which asks who is there, never by address."""
    return storages["private"]


@contextmanager
def draft(name: str) -> Iterator[Path]:
    """Where to write a file before it has its place; what lies there at the end is taken away.

    ``name`` is unique among those who write at the same time. A draft that a killed process left is written over.
    """
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def put_in_place(path: Path, storage: Storage, name: str) -> None:
    """Make the draft at ``path`` the file ``name`` of ``storage``, in the stead of what stands there.

    On a disk a reader finds the old file or the new one, each whole. An object store shows an object once it is whole, but
    there is none for a moment while one replaces another.

    Raises:
        OSError: the disk is full, or the storage away; what stands on a disk is as before.
    """
    with path.open("rb+") as file:
        os.fsync(file.fileno())
    try:
        target = Path(storage.path(name))
    except NotImplementedError:
        storage.delete(name)
        with path.open("rb") as file:
            storage.save(name, File(file))
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    path.chmod(settings.FILE_UPLOAD_PERMISSIONS or 0o644)
    path.replace(target)


def forget_drafts(*, at: datetime) -> int:
    """Take away what killed processes left; how many files those were."""
    before, taken = (at - ABANDONED).timestamp(), 0
    for path in _folder().glob("*"):
        if path.stat().st_mtime < before:
            path.unlink(missing_ok=True)
            taken += 1
    return taken


def _folder() -> Path:
    """On the disk of the private storage, as a file cannot be moved from one disk to another in one step."""
    return Path(settings.PRIVATE_ROOT) / "drafts"
