"""Copies of statements: asked for, written whole, taken away again."""

from datetime import timedelta

import pytest
import time_machine
from celery.exceptions import SoftTimeLimitExceeded
from django.db import DatabaseError
from django.test.utils import CaptureQueriesContext

from portal.audit.models import Entry
from portal.core.clock import now
from portal.lrs.exports import actions, tasks
from portal.lrs.models import Export
from portal.lrs.reading import read_in_order
from tests.factories import UserFactory
from tests.portal.lrs.exporting import PAGE, ask, left, taken
from tests.portal.lrs.samples import DID, statement

pytestmark = pytest.mark.usefixtures("private")
HIKE = "https://example.org/activities/hike"
WEEK = "https://example.org/activities/week"


def test_a_file_is_offered_whole_or_not_at_all(lms, admin, private, monkeypatch):
    lms.post([statement() for _ in range(5)])
    export = ask(admin)
    seen = []
    real = read_in_order

    def watched(*args):
        for piece in real(*args, piece=2):
            seen.append((Export.objects.get().state, list((private / "private").rglob("*.jsonl"))))
            assert admin.get(f"{PAGE}{export.uuid}/file/").status_code == 404
            yield piece

    monkeypatch.setattr(actions, "read_in_order", watched)
    tasks.write_export(export.pk)
    assert seen == [("running", [])] * 3
    assert len(taken(admin, export).splitlines()) == 5
    assert [path.suffix for path in left(private)] == [".jsonl"], "no draft is left"


def test_progress_is_shown_while_it_is_written(lms, admin, monkeypatch):
    for minutes in range(4):
        with time_machine.travel(now() - timedelta(minutes=40 - 10 * minutes), tick=False):
            lms.post(statement())
    export = ask(admin)
    assert "data-hx-get" in admin.get(PAGE).content.decode()
    seen = []
    real = read_in_order

    def watched(*args):
        for piece in real(*args, piece=1):
            yield piece
            seen.append(Export.objects.get().percent)
            page = admin.get(PAGE).content.decode()
            assert "Being written" in page

    monkeypatch.setattr(actions, "read_in_order", watched)
    monkeypatch.setattr(actions, "_BEAT_SECONDS", 0)
    tasks.write_export(export.pk)
    assert seen[0] == 0
    assert seen == sorted(set(seen)), "it goes on"
    page = admin.get(PAGE).content.decode()
    assert "Ready" in page
    assert "data-hx-get" not in page, "nobody asks again once nothing is under way"


def test_a_cancelled_export_stops_and_leaves_nothing(lms, admin, private, monkeypatch):
    lms.post([statement() for _ in range(6)])
    export = ask(admin)
    real = read_in_order
    read = []

    def watched(*args):
        for piece in real(*args, piece=1):
            if len(read) == 2:
                assert admin.post(f"{PAGE}{export.uuid}/cancel/").status_code == 302
            read.append(piece)
            yield piece

    monkeypatch.setattr(actions, "read_in_order", watched)
    monkeypatch.setattr(actions, "_BEAT_SECONDS", 0)
    tasks.write_export(export.pk)
    assert len(read) == 3
    assert Export.objects.get().state == "cancelled"
    assert left(private) == []
    assert admin.get(f"{PAGE}{export.uuid}/file/").status_code == 404
    admin.post(f"{PAGE}{export.uuid}/cancel/")
    assert Entry.objects.filter(verb="cancelled export").count() == 1, "twice is one fact"
    tasks.write_export(export.pk)
    assert Export.objects.get().state == "cancelled"


def test_a_file_that_has_served_can_be_deleted_at_once(lms, admin, private):
    lms.post(statement())
    export = ask(admin)
    tasks.write_export(export.pk)
    admin.post(f"{PAGE}{export.uuid}/cancel/")
    assert left(private) == []
    assert admin.get(f"{PAGE}{export.uuid}/file/").status_code == 404


def test_the_sweep_begins_what_the_broker_missed(lms, admin, monkeypatch):
    monkeypatch.setattr(tasks, "enqueue", lambda task, *ids: task(*ids))  # a broker that is there again
    lms.post(statement())
    export = ask(admin)
    tasks.sweep()
    assert Export.objects.get().state == "waiting", "the broker has a moment"
    with time_machine.travel(now() + timedelta(minutes=1)):
        tasks.sweep()
    assert len(taken(admin, export).splitlines()) == 1


def test_fault_20_a_killed_worker_leaves_no_half_file_and_the_sweep_starts_clean(lms, admin, private, monkeypatch):
    lms.post([statement() for _ in range(4)])
    export = ask(admin)
    real = read_in_order

    def killed(*args):
        yield next(real(*args, piece=2))
        raise SystemExit  # nothing that the code catches, as when the process ends

    with monkeypatch.context() as patch:
        patch.setattr(actions, "read_in_order", killed)
        with pytest.raises(SystemExit):
            tasks.write_export(export.pk)
    assert Export.objects.get().state == "running"
    assert admin.get(f"{PAGE}{export.uuid}/file/").status_code == 404
    tasks.write_export(export.pk)
    assert Export.objects.get().state == "running", "a second worker leaves it alone while the first may be at it"
    assert actions.take_back(at=now() + timedelta(minutes=4)) == []
    assert actions.take_back(at=now() + timedelta(minutes=6)) == [export.pk]
    tasks.write_export(export.pk)
    assert len(taken(admin, export).splitlines()) == 4
    assert [path.suffix for path in left(private)] == [".jsonl"]


def test_a_worker_that_was_thought_dead_offers_nothing(lms, admin, private, monkeypatch):
    lms.post(statement())
    export = ask(admin)
    real = actions.put_in_place

    def late(*args):
        real(*args)
        Export.objects.update(beat_at=now() - timedelta(minutes=10))
        actions.take_back(at=now())

    with monkeypatch.context() as patch:
        patch.setattr(actions, "put_in_place", late)
        tasks.write_export(export.pk)
    assert Export.objects.get().state == "waiting"
    assert left(private) == []


def test_what_kills_its_worker_three_times_fails_with_a_reason(lms, admin, monkeypatch):
    lms.post(statement())
    export = ask(admin)

    def killed(*args):
        raise SystemExit

    monkeypatch.setattr(actions, "read_in_order", killed)
    for _ in range(3):
        with pytest.raises(SystemExit):
            tasks.write_export(export.pk)
        later = now() + timedelta(minutes=6)
        actions.give_up(at=later)
        actions.take_back(at=later)
    export.refresh_from_db()
    assert (export.state, export.reason) == ("failed", "killed")
    assert "stopped before its end three times" in admin.get(PAGE).content.decode()


@pytest.mark.parametrize(
    ("error", "reason"),
    [(OSError(28, "No space left"), "no_room"), (SoftTimeLimitExceeded(), "too_long"), (ValueError("?"), "unknown")],
)
def test_what_goes_wrong_ends_it_with_a_reason(lms, admin, private, monkeypatch, error, reason):
    lms.post(statement())
    export = ask(admin)

    def broken(*args):
        raise error

    monkeypatch.setattr(actions, "put_in_place", broken)
    tasks.write_export(export.pk)
    export.refresh_from_db()
    assert (export.state, export.reason) == ("failed", reason)
    assert left(private) == []
    assert str(export.get_reason_display()) in admin.get(PAGE).content.decode()


def test_a_database_that_goes_away_leaves_it_to_the_sweep(lms, admin, monkeypatch):
    export = ask(admin)

    def away(*args):
        raise DatabaseError

    monkeypatch.setattr(actions, "read_in_order", away)
    with pytest.raises(DatabaseError):
        tasks.write_export(export.pk)
    assert Export.objects.get().state == "running"


def test_after_a_week_file_and_row_are_gone_and_the_log_remembers(lms, admin, private):
    lms.post(statement())
    export = ask(admin, agent="anna@example.org")
    tasks.write_export(export.pk)
    taken(admin, export)
    with time_machine.travel(now() + timedelta(days=6, hours=23)):
        tasks.forget_exports()
        assert Export.objects.exists()
    with time_machine.travel(now() + timedelta(days=7, hours=1)):
        tasks.forget_exports()
    assert not Export.objects.exists()
    assert left(private) == []
    entries = Entry.objects.filter(target_id=str(export.uuid)).order_by("pk")
    assert [entry.verb for entry in entries] == ["asked for export", "downloaded export", "deleted export"]
    assert "anna" not in str([entry.data for entry in entries])


def test_a_file_that_is_away_is_told(lms, admin, private):
    lms.post(statement())
    export = ask(admin)
    tasks.write_export(export.pk)
    for path in left(private):
        path.unlink()
    answer = admin.get(f"{PAGE}{export.uuid}/file/", follow=True)
    assert "cannot be read at the moment" in answer.content.decode()


def test_only_administrators_reach_exports(client, alice, bob, lms, admin):
    export = ask(admin)
    tasks.write_export(export.pk)
    addresses = [PAGE, PAGE + "new/", f"{PAGE}{export.uuid}/file/"]
    client.logout()
    assert {client.get(address).status_code for address in addresses} == {302}
    for person in (alice, bob):
        client.force_login(person)
        assert {client.get(address).status_code for address in addresses} == {403}
        assert client.post(f"{PAGE}{export.uuid}/cancel/").status_code == 403
        assert client.post(PAGE + "new/", {"form": "csv"}).status_code == 403
    assert Export.objects.get().state == "ready"


def test_the_list_has_pages_and_a_fixed_number_of_queries(admin):
    assert "No exports yet" in admin.get(PAGE).content.decode()
    person = UserFactory(name="Erna Falk")

    def queries():
        with CaptureQueriesContext(actions.transaction.get_connection()) as found:
            admin.get(PAGE)
        return len(found)

    ask(admin)
    queries()
    few = queries()
    for _ in range(24):
        Export.objects.create(
            asked_by=person, asked_at=now(), form="csv", filters={"verb": DID}, state="ready", file="x"
        )
    assert queries() == few
    page = admin.get(PAGE).content.decode()
    assert "25 exports" in page
    assert "Page 1 of 2" in page
    assert "Dora Adler" in admin.get(PAGE, {"page": 2}).content.decode()
