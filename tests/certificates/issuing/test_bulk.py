"""Work on many certificates: with progress, once each, and going on after a restart."""

import io
from datetime import timedelta

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from certificates.issuing import actions, bulk, keys, renewal
from certificates.issuing.inspection import Verdict, inspected
from certificates.issuing.models import Bulk, Certificate, SigningKey
from certificates.issuing.signing import unsigned
from certificates.issuing.tasks import sweep_bulk, work_on_many
from portal.audit.models import Entry
from portal.core.clock import now
from tests.certificates.factories import make_completion
from tests.factories import NOON, UserFactory

FAR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def own(settings, tmp_path):
    settings.SIGNING_FOLDER = tmp_path / "signing"


@pytest.fixture
def as_dora(client, db):
    client.force_login(UserFactory(name="Dora", is_superuser=True, is_staff=True))
    return client


def ask(kind="issue", course_code="J"):
    return bulk.ask(kind=kind, course_code=course_code, by=None, at=now())


def work(asked, until=FAR):
    return bulk.work(bulk_id=asked.pk, at=now(), until=now() + until)


def counted(asked):
    asked.refresh_from_db()
    return asked.done, asked.failed, asked.total, asked.ended_at is not None


def test_issues_what_is_owed_and_tells_what_is_not_done(db):
    for name in ("Ana", "Bea", "王"):
        make_completion(UserFactory(name=name))
    other = make_completion(course_code="K")
    asked = ask()
    assert not work(asked)
    assert counted(asked) == (2, 1, 3, True)
    assert Certificate.objects.issued().count() == 2
    assert not Certificate.objects.filter(completion=other).exists()
    assert Entry.objects.get(verb="ended work on many certificates").data == {"done": 2, "failed": 1}


def test_signed_anew_what_was_drawn_is_the_same_and_the_issued_file_stays(client, db):
    certificates = [actions.issue(completion=make_completion(), at=NOON) for _ in range(2)]
    before = [actions.original(each) for each in certificates]
    renewal.renew(at=now())
    asked = ask("sign anew")
    work(asked)
    assert counted(asked) == (2, 0, 2, True)
    old, new = SigningKey.objects.order_by("used_from")
    for certificate, issued in zip(certificates, before, strict=True):
        assert actions.original(certificate) == issued
        edition = certificate.editions.get()
        data = actions.original(edition)
        assert (edition.kind, edition.signing_key, certificate.signing_key) == ("signed anew", new, old)
        assert unsigned(data) == unsigned(issued)
        assert data.startswith(unsigned(issued))
        (signature,) = PdfFileReader(io.BytesIO(data)).embedded_signatures
        assert signature.docmdp_level.name == "NO_CHANGES"
        assert [inspected(each, [old.fingerprint, new.fingerprint]) for each in (issued, data)] == [Verdict.INTACT] * 2
        told = client.get(f"/verify/{certificate.uuid}?format=json").json()
        assert told["signed_with"] == old.fingerprint
        assert told["editions"][0]["signed_with"] == new.fingerprint
    again = ask("sign anew")
    work(again)
    assert counted(again) == (2, 0, 2, True), "looked at, and nothing was to be done"
    assert all(each.editions.count() == 1 for each in certificates)


def test_it_goes_on_where_it_stopped(db, monkeypatch):
    for _ in range(3):
        make_completion()
    asked = ask()
    done = bulk._do

    def stops(found, pk, at):
        if Certificate.objects.issued().count() == 1:
            raise KeyboardInterrupt
        return done(found, pk, at)

    monkeypatch.setattr(bulk, "_do", stops)
    with pytest.raises(KeyboardInterrupt):
        work(asked)
    monkeypatch.undo()
    assert counted(asked) == (1, 0, 3, False)
    assert not work(asked), "nobody else takes it while the first may be at it"
    assert counted(asked) == (1, 0, 3, False)
    Bulk.objects.update(beat_at=now() - bulk.SILENCE)
    work(asked)
    assert counted(asked) == (3, 0, 3, True)
    assert Certificate.objects.issued().count() == 3


def test_a_slice_ends_and_the_next_goes_on(db):
    for _ in range(2):
        make_completion()
    asked = ask()
    assert work(asked, until=timedelta(0))
    assert counted(asked) == (0, 0, 2, False)
    work(asked)
    assert counted(asked) == (2, 0, 2, True)


def test_the_sweep_finds_what_the_broker_missed(db, monkeypatch):
    given = []
    monkeypatch.setattr("certificates.issuing.tasks.enqueue", lambda task, *ids: given.append((task, *ids)))
    make_completion()
    asked = ask()
    Bulk.objects.update(beat_at=now() - bulk.SILENCE - timedelta(seconds=1))
    sweep_bulk()
    assert given == [(work_on_many, asked.pk)]
    work_on_many(asked.pk)
    sweep_bulk()
    assert counted(asked) == (1, 0, 1, True)
    assert len(given) == 1


def test_without_a_key_nothing_is_signed_and_it_says_so(db):
    actions.issue(completion=make_completion(), at=NOON)
    renewal.renew(at=now())
    asked = ask("sign anew")
    for path in keys.folder().rglob("key.pem"):
        path.unlink()
    work(asked)
    assert counted(asked) == (0, 1, 1, True)


def test_asked_in_the_cms_with_progress(as_dora):
    make_completion()
    path = "/cms/certificates/many/"
    assert "Nothing was asked for yet" in as_dora.get(path).content.decode()
    refused = as_dora.post(path, {"kind": "issue", "course_code": "XXX"}).content.decode()
    assert "Is the code right?" in refused
    for _ in range(2):
        assert as_dora.post(path, {"kind": "issue", "course_code": "J"}).status_code == 302
    asked = Bulk.objects.get()
    assert "0 of 1" in as_dora.get(path).content.decode()
    work(asked)
    shown = as_dora.get(path).content.decode()
    assert "1 of 1" in shown
    assert "ended" in shown
    as_dora.force_login(UserFactory())
    assert as_dora.get(path).status_code in (302, 403)
