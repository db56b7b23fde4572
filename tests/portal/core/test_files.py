"""Files that come into being whole or not at all."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import FileSystemStorage

from portal.core import files
from portal.core.clock import now


@pytest.fixture
def private(settings, tmp_path):
    settings.PRIVATE_ROOT = tmp_path / "private"
    return tmp_path


def test_drafts_that_a_killed_worker_left_are_taken_away(private):
    def stopped():
        with files.draft("one") as path:
            path.write_text("half")
            raise SystemExit

    with pytest.raises(SystemExit):
        stopped()
    assert drafts(private) == []
    (private / "private" / "drafts" / "two").write_text("half")
    assert files.forget_drafts(at=now()) == 0
    assert files.forget_drafts(at=now() + timedelta(hours=25)) == 1


def test_a_storage_without_paths_gets_the_file_too(private):
    class Remote(FileSystemStorage):
        def path(self, name):
            raise NotImplementedError

        def _full(self, name):
            return Path(self.location) / name

        def save(self, name, content, max_length=None):
            self._full(name).write_bytes(content.read())
            return name

        def delete(self, name):
            self._full(name).unlink(missing_ok=True)

    storage = Remote(location=private)
    for text in ("old", "new"):
        with files.draft("one") as path:
            path.write_text(text)
            files.put_in_place(path, storage, "there")
    assert (private / "there").read_text() == "new"


def drafts(private):
    return list((private / "private" / "drafts").iterdir())
