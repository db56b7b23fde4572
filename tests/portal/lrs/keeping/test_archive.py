"""A month put away into a file and read back: nothing is lost, nothing is different."""

import io
import json
from datetime import date
from pathlib import Path

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection

from portal.audit.models import Entry
from portal.core.clock import now
from portal.lrs import partitions
from portal.lrs.actions import store_statements
from portal.lrs.auth import local_authority
from portal.lrs.counts.actions import count_new_statements
from portal.lrs.forwarding.actions import Begin, set_up_receiver
from portal.lrs.keeping import archive
from portal.lrs.models import (
    Archive,
    Attachment,
    AttachmentData,
    AttachmentPiece,
    DailyCount,
    Delivery,
    ParquetDay,
    Receiver,
    RelatedActivity,
    Statement,
    Tally,
)
from portal.lrs.parquet import actions as parquet
from portal.lrs.parquet import table
from portal.lrs.parquet.actions import write_day
from portal.lrs.vocabulary import VOIDED
from tests.portal.lrs.keeping.told import verified
from tests.portal.lrs.parts import MIXED, TEXT, attachment, data_piece, json_piece, mixed, parts_of
from tests.portal.lrs.samples import ANNA, BEN, new_id, statement, voiding

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 15)
MARCH, TODAY = "2026-03-15 12:00:00.123Z", "2026-11-26 12:00Z"
TABLES = {
    "lrs_statement": "id",
    "lrs_statementid": "uuid",
    "lrs_relatedagent": "statement_id, agent",
    "lrs_relatedactivity": "statement_id, activity",
    "lrs_reference": "statement_id",
    "lrs_attachmentdata": "sha256",
}


@pytest.fixture(autouse=True)
def private(settings, tmp_path):
    settings.STORAGES = {
        **settings.STORAGES,
        "private": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}},
    }
    return tmp_path


@pytest.fixture
def march(lms):
    """Statements of every kind in March, which has a partition where there are any, and two of today that point there."""
    if partitions.is_partitioned():
        partitions.add(date(2026, 3, 1))
    with time_machine.travel(MARCH, tick=False):
        ids = lms.post(
            [
                statement(id=new_id(), context={"instructor": BEN, "registration": new_id()}),
                statement(object={"objectType": "SubStatement", **statement(actor=BEN)}),
                statement(actor={"objectType": "Group", "member": [ANNA, BEN]}),
            ]
        ).json()
        sent = statement(attachments=[attachment(TEXT)])
        ids += lms.post(mixed(json_piece(sent), data_piece(TEXT)), MIXED).json()
        ids += lms.post([voiding(ids[1]), statement(object={"objectType": "StatementRef", "id": ids[0]})]).json()
    with time_machine.travel(TODAY, tick=False):
        assert lms.post([voiding(ids[2]), statement()]).status_code == 200
    return ids


def caught_up():
    """The counters and the analysts' file have had all of March."""
    with time_machine.travel(TODAY, tick=False):
        count_new_statements(at=now())
        if not Archive.objects.filter(restored_at=None).exists():
            write_day(day=DAY, at=now())


def archived(*arguments):
    caught_up()
    with time_machine.travel(TODAY, tick=False):
        call_command("archive_statements", "2026-03", *arguments, stdout=io.StringIO())


def rows():
    with connection.cursor() as cursor:
        told = {}
        for table, order in TABLES.items():
            cursor.execute(f"SELECT * FROM {table} ORDER BY {order}")
            told[table] = [
                tuple(bytes(x) if isinstance(x, memoryview) else x for x in row) for row in cursor.fetchall()
            ]
    told["attachments"] = sorted(Attachment.objects.values_list("statement", "data", "sha2", "content_type"))
    told["pieces"] = [
        bytes(each) for each in AttachmentPiece.objects.order_by("data").values_list("content", flat=True)
    ]
    return told


def test_what_is_read_back_is_what_was_put_away(lms, march):
    before = rows()
    archived()
    assert Statement.objects.count() == 2
    assert date(2026, 3, 1) not in (partitions.months() if partitions.is_partitioned() else [])
    assert not AttachmentData.objects.exists()
    assert verified() == []
    archived("--restore")
    assert rows() == before
    assert verified() == []
    answer = lms.get(statementId=march[3], attachments="true")
    assert parts_of(answer)[1][1] == TEXT


def test_an_archived_statement_is_not_found_and_its_id_not_given_again(lms, march):
    archived()
    assert lms.get(statementId=march[0]).status_code == 404
    assert lms.put(statement(), statementId=march[0]).status_code == 409
    assert lms.ids(agent=BEN, related_agents="true") == []


def test_what_an_archived_statement_voids_stays_voided_even_if_it_comes_later(lms):
    late = new_id()
    with time_machine.travel(MARCH, tick=False):
        assert lms.post(voiding(late)).status_code == 200
    archived()
    assert lms.post(statement(id=late)).status_code == 200
    assert lms.get(statementId=late).status_code == 404
    assert lms.get(voidedStatementId=late).status_code == 200
    assert verified() == []
    archived("--restore")
    assert verified() == []


def test_read_back_a_client_without_the_scope_still_defines_nothing(lms, credential_for):
    guest = credential_for({"account": {"homePage": "https://guest.example.org", "name": "g"}}, ["statements/write"])

    def around(iri, name):
        course = {"id": iri, "definition": {"name": {"en": name}}}
        return statement(object=course, context={"contextActivities": {"parent": [{**course, "id": f"{iri}/parent"}]}})

    with time_machine.travel(MARCH, tick=False):
        assert guest.post(around("https://example.org/a", "Spoiled")).status_code == 200
        assert lms.post(around("https://example.org/b", "Course")).status_code == 200
    before = rows()
    archived()
    archived("--restore")
    assert rows() == before
    assert {(row.activity, row.defined) for row in RelatedActivity.objects.all()} == {
        ("https://example.org/a/parent", False),
        ("https://example.org/b/parent", True),
    }
    assert verified() == []


def test_what_is_voided_while_it_is_away_comes_back_voided(lms, other, march):
    archived()
    with time_machine.travel(TODAY, tick=False):
        assert lms.post(voiding(march[0])).status_code == 200
        assert other.post(voiding(march[3])).status_code == 200  # which is not theirs
        assert lms.post(voiding(march[4])).status_code == 200  # which voids itself
    archived("--restore")
    assert lms.get(statementId=march[0]).status_code == 404
    assert lms.get(voidedStatementId=march[0]).status_code == 200
    assert lms.get(statementId=march[3]).status_code == 200
    assert lms.get(statementId=march[4]).status_code == 200
    with time_machine.travel(TODAY, tick=False):
        assert DAY in parquet.waiting_days(at=now())
    assert not [each for each in verified() if each["kind"] == "voided"]


def test_own_words_voided_while_they_are_away_are_not_told(alice):
    with time_machine.travel(MARCH, tick=False):
        gone, kept = store_statements([statement(), statement()], authority=local_authority(), at=now(), own=True)
    archived()
    with time_machine.travel(TODAY, tick=False):
        store_statements([voiding(str(gone))], authority=local_authority(), at=now(), own=True)
    assert [each["id"] for each in archive.own_bodies() if each["verb"]["id"] != VOIDED] == [str(kept)]


def test_the_partition_is_made_before_the_rows_are_read_back(march, monkeypatch):
    archived()
    depths = [len(connection.savepoint_ids)]
    monkeypatch.setattr(archive, "is_partitioned", lambda: True)
    monkeypatch.setattr(archive, "months", list)
    monkeypatch.setattr(archive, "add", lambda _: depths.append(len(connection.savepoint_ids)))
    archived("--restore")
    assert depths == depths[:1] * 2


def test_again_and_again(lms, march):
    before = rows()
    for _ in range(2):
        archived()
        archived("--restore")
    assert rows() == before
    assert Archive.objects.count() == 1
    verbs = Entry.objects.filter(target_type="lrs.archive").order_by("pk").values_list("verb", "data__statements")
    assert list(verbs) == [("archived statements", 6), ("read archived statements back", 6)] * 2


def test_progress_is_rebuilt_from_archived_statements_too(as_alice, alice, course, request):
    with time_machine.travel("2026-03-15 12:00Z"):
        request.getfixturevalue("passed")
    archived()
    assert not Statement.objects.own().exists()
    call_command("rebuild_progress", stdout=io.StringIO())
    assert verified() == []


def test_counting_again_leaves_the_counters_of_an_archived_month(lms, march):
    lms.post([statement() for _ in range(2)])
    count_new_statements(at=now())
    before = list(DailyCount.objects.order_by("day", "verb").values_list("day", "verb", "statements"))
    archived()
    out = io.StringIO()
    call_command("rebuild_counters", "--apply", stdout=out)
    assert out.getvalue().endswith("no difference\n")
    assert any(day.month == 3 for day, _, _ in before)
    assert list(DailyCount.objects.order_by("day", "verb").values_list("day", "verb", "statements")) == before


def test_the_file_is_lines_of_json_and_the_manifest_says_what_it_is(march, private):
    archived()
    name = private / "records" / "2026-03.jsonl.zst"
    manifest = json.loads((name.parent / f"{name.name}.manifest.json").read_bytes())
    assert (manifest["statements"], manifest["month"]) == (6, "2026-03")
    assert manifest["sha256"] == Archive.objects.get().sha256
    told = [line["statement"]["uuid"] for line in archive.lines_of(Archive.objects.get()) if "statement" in line]
    assert told == march


def test_nothing_goes_when_the_file_cannot_be_read_back(march, private, monkeypatch):
    put = archive._put

    def spoils(storage, name, content):
        put(storage, name, content)
        path = Path(storage.path(name))
        path.write_bytes(path.read_bytes()[:-7] + b"spoiled")

    monkeypatch.setattr(archive, "_put", spoils)
    with pytest.raises(CommandError, match="not the one that was written"):
        archived()
    assert Statement.objects.count() == 8
    assert not Archive.objects.exists()


def test_nothing_goes_when_the_month_changes_meanwhile(lms, march, monkeypatch):
    check = archive._check

    def voids(*arguments):
        check(*arguments)
        assert lms.post(voiding(march[0])).status_code == 200

    monkeypatch.setattr(archive, "_check", voids)
    with pytest.raises(CommandError, match="changed meanwhile"):
        archived()
    monkeypatch.undo()
    archived()
    assert verified() == []


@pytest.mark.parametrize("place", ["archive written", "archived month removed"])
def test_broken_off_everything_is_still_there_and_another_call_goes_on(march, monkeypatch, place):
    before = rows()

    def breaks_off(name):
        if name == place:
            raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(archive, "failpoint", breaks_off)
        with pytest.raises(KeyboardInterrupt):
            archived()
    assert rows() == before
    archived()
    archived("--restore")
    assert rows() == before


def test_a_file_that_was_changed_is_not_read_back(march, private):
    archived()
    name = private / "records" / "2026-03.jsonl.zst"
    name.write_bytes(name.read_bytes() + b" ")
    with pytest.raises(CommandError, match="not the one that was written"):
        archived("--restore")
    name.unlink()
    with pytest.raises(CommandError, match="missing"):
        archived("--restore")
    assert Statement.objects.count() == 2


@pytest.mark.parametrize(
    ("month", "arguments", "why"),
    [
        ("2026-11", [], "not over"),
        ("2026-12", [], "not over"),
        ("2026-02", [], "no statements"),
        ("2026-03", ["--restore"], "not archived"),
    ],
)
def test_what_is_refused(march, month, arguments, why):
    with time_machine.travel(TODAY, tick=False), pytest.raises(CommandError, match=why):
        call_command("archive_statements", month, *arguments)
    assert Statement.objects.count() == 8


@pytest.mark.parametrize("paused", [False, True])
def test_a_month_stays_until_every_receiver_has_had_it(march, paused):
    asked = Receiver(name="Clinic Linz", endpoint="https://lrs.example.org/xapi", key="k")
    set_up_receiver(receiver=asked, secret="s", begin=Begin.ALL, since=None, paused=paused, at=now())
    with pytest.raises(CommandError, match="receiver Clinic Linz"):
        archived()
    assert Statement.objects.count() == 8
    Delivery.objects.update(watermark=Statement.objects.order_by("pk").last().pk)
    archived()
    assert Statement.objects.count() == 2


def test_a_month_stays_until_it_is_counted(march):
    caught_up()
    Tally.objects.update(counted_to=Statement.objects.order_by("pk").first().pk)
    with time_machine.travel(TODAY, tick=False), pytest.raises(CommandError, match="the counters"):
        call_command("archive_statements", "2026-03")
    assert Statement.objects.count() == 8


@pytest.mark.parametrize("change", ["changed", "delete"])
def test_a_month_stays_until_its_days_are_written_for_analysts(march, change):
    caught_up()
    getattr(ParquetDay.objects.of([DAY]), change)()
    with time_machine.travel(TODAY, tick=False), pytest.raises(CommandError, match="Parquet file of 2026-03-15"):
        call_command("archive_statements", "2026-03")
    assert Statement.objects.count() == 8


def test_the_day_of_an_archived_month_keeps_its_file(march, private):
    archived()
    file = private / parquet.file_name(DAY)
    before = file.read_bytes()
    ParquetDay.objects.of([DAY]).changed()
    with time_machine.travel(TODAY, tick=False):
        call_command("write_parquet", "--since", str(DAY), stdout=io.StringIO())
        assert DAY not in parquet.waiting_days(at=now())
    assert file.read_bytes() == before


def test_a_day_archived_while_it_is_read_keeps_its_file(march, private, monkeypatch):
    caught_up()
    file, write_table = private / parquet.file_name(DAY), table.write_table
    before = file.read_bytes()

    def is_overtaken(*arguments, **more):
        with time_machine.travel(TODAY, tick=False):
            call_command("archive_statements", "2026-03", stdout=io.StringIO())
        return write_table(*arguments, **more)

    monkeypatch.setattr(table, "write_table", is_overtaken)
    with time_machine.travel(TODAY, tick=False), pytest.raises(parquet.ArchivedError):
        write_day(day=DAY, at=now())
    assert file.read_bytes() == before


def test_a_month_is_archived_once(march):
    archived()
    with pytest.raises(CommandError, match="already"):
        archived()
