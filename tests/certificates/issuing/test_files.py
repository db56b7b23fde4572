"""The files of certificates: as they were issued, for ever, and for their holders only."""

import hashlib
from datetime import timedelta

import pytest
import time_machine
from django.core.files.base import ContentFile

from certificates.issuing import actions
from certificates.issuing.models import file_name
from certificates.issuing.tasks import check_files, sweep
from portal.audit.models import Entry
from tests.certificates.factories import make_completion
from tests.certificates.issuing.test_issuing import pdf_of
from tests.factories import NOON, UserFactory


def test_a_file_left_by_a_killed_worker_is_replaced_not_doubled(completion):
    certificate = actions._row(completion, NOON)
    storage = certificate.file.storage
    storage.save(file_name(certificate, ""), ContentFile(b"half a certifi"))
    issued = actions.issue(completion=completion, at=NOON)
    assert hashlib.sha256(pdf_of(issued)).hexdigest() == issued.sha256
    folder = file_name(certificate, "").rsplit("/", 1)[0]
    assert [name for name in storage.listdir(folder)[1] if str(certificate.uuid) in name] == [f"{certificate.uuid}.pdf"]


def test_fault_51_issued_files_never_change(certificate, completion, monkeypatch):
    before = pdf_of(certificate)
    monkeypatch.setattr(actions, "render", lambda *_: b"another design")
    actions.issue(completion=completion, at=NOON)
    sweep()
    certificate.refresh_from_db()
    assert pdf_of(certificate) == before


def test_fault_52_a_lost_file_raises_an_alarm_and_is_not_made_anew(certificate, caplog):
    storage, name = certificate.file.storage, certificate.file.name
    assert actions.damaged_files() == []
    storage.delete(name)
    storage.save(name, ContentFile(b"something else"))
    check_files()
    assert actions.damaged_files() == [certificate]
    storage.delete(name)
    check_files()
    sweep()
    assert not storage.exists(name)
    assert "restore it from the backup" in caplog.text


def test_fault_52_the_operator_is_told_once_a_day_in_one_mail(certificate, settings, mailoutbox):
    settings.ADMINS = [("Operator", "operator@example.org")]
    second = actions.issue(completion=make_completion(), at=NOON)
    for lost in (certificate, second):
        lost.file.storage.delete(lost.file.name)
    with time_machine.travel(NOON, tick=False) as clock:
        for _ in range(2):
            check_files()
        (mail,) = mailoutbox
        assert mail.to == ["operator@example.org"]
        assert certificate.file.name in mail.body
        assert second.file.name in mail.body
        assert Entry.objects.filter(verb="found certificate file damaged").count() == 2
        clock.shift(timedelta(days=1))
        check_files()
        assert len(mailoutbox) == 2


def test_fault_52_a_storage_that_is_away_hides_no_lost_file(certificate, monkeypatch, caplog):
    second = actions.issue(completion=make_completion(), at=NOON)
    second.file.storage.delete(second.file.name)
    storage, opened = type(certificate.file.storage), type(certificate.file.storage).open

    def away(self, name, mode="rb"):
        if name == certificate.file.name:
            raise RuntimeError("503 Slow Down")  # as the library of a bucket says it
        return opened(self, name, mode)

    monkeypatch.setattr(storage, "open", away)
    check_files()
    assert Entry.objects.get(verb="found certificate file damaged").target_id == str(second.uuid)
    assert "certificate storage away" in caplog.text


@pytest.mark.parametrize("left", [None, b"something else"])
def test_fault_52_the_holder_of_a_damaged_file_loses_nothing(as_alice, certificate, settings, mailoutbox, left):
    settings.ADMINS = [("Operator", "operator@example.org")]
    storage, name = certificate.file.storage, certificate.file.name
    storage.delete(name)
    if left is not None:
        storage.save(name, ContentFile(left))
    for _ in range(2):
        answer = as_alice.get(f"/certificates/{certificate.uuid}.pdf")
        assert answer.status_code == 503
        assert answer["Retry-After"]
    page = answer.content.decode()
    assert "You have lost nothing" in page
    assert f"/verify/{certificate.uuid}" in page
    assert len(mailoutbox) == 1


def test_a_storage_that_is_away_is_told_to_the_holder_and_no_damage(as_alice, certificate, monkeypatch, mailoutbox):
    def away(*_):
        raise RuntimeError("could not connect to the endpoint")

    monkeypatch.setattr(type(certificate.file.storage), "_open", away)
    assert as_alice.get(f"/certificates/{certificate.uuid}.pdf").status_code == 503
    assert not mailoutbox
    assert not Entry.objects.filter(verb="found certificate file damaged").exists()


def test_only_the_holder_downloads(client, certificate, alice):
    path = f"/certificates/{certificate.uuid}.pdf"
    assert client.get(path).status_code == 302
    client.force_login(UserFactory())
    assert client.get(path).status_code == 404
    assert client.get(f"/certificates/card/{certificate.completion.enrolment.uuid}/").status_code == 404
    client.force_login(alice)
    answer = client.get(path)
    assert b"".join(answer.streaming_content) == pdf_of(certificate)
    assert f"certificate-{certificate.number}.pdf" in answer["Content-Disposition"]
    assert answer["Cache-Control"] == "private, no-store"
