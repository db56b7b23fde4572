"""What stands in the files of an export."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from portal.core.clock import now
from portal.lrs.actions import store_statements
from portal.lrs.auth import local_authority
from portal.lrs.exports import tasks
from portal.lrs.flat import COLUMNS
from portal.lrs.models import Export, Statement
from portal.lrs.querysets import Wanted
from portal.lrs.reading import read_in_order
from portal.lrs.vocabulary import PASSED
from tests.portal.lrs.exporting import PAGE, ask, exported, rows_of, taken
from tests.portal.lrs.samples import ANNA, BEN, DID, statement, voiding

pytestmark = pytest.mark.usefixtures("private")
HIKE = "https://example.org/activities/hike"
WEEK = "https://example.org/activities/week"


def test_json_lines_hold_every_statement_as_it_was_stored_oldest_first(lms, admin):
    lms.post([statement(result={"response": "Line\nbreak \u2028 ä"}) for _ in range(3)])
    lms.post(statement(actor=BEN))
    export = ask(admin)
    assert export.state == "waiting"
    tasks.write_export(export.pk)
    data = taken(admin, export).decode()
    bodies = list(Statement.objects.order_by("stored", "pk").values_list("body", flat=True))
    assert data.split("\n") == [*bodies, ""]
    export.refresh_from_db()
    assert (export.state, export.written, export.size) == ("ready", 4, len(data.encode()))


def test_what_is_voided_and_what_was_stored_after_the_question_is_left_out(lms, admin):
    gone, kept = lms.post([statement(), statement()]).json()
    [void] = lms.post(voiding(gone)).json()
    export = ask(admin)
    with time_machine.travel(now() + timedelta(minutes=1)):
        lms.post(statement())
        tasks.write_export(export.pk)
    assert [json.loads(line)["id"] for line in taken(admin, export).splitlines()] == [kept, void]


def test_filters(lms, other, credential_for, admin, alice, settings):
    account = {"account": {"homePage": settings.PUBLIC_URL, "name": str(alice.uuid)}}
    [own] = map(str, store_statements([statement(actor=account)], authority=local_authority(), at=now(), own=True))
    with time_machine.travel(datetime(2026, 11, 1, 23, 59, 59, 999000, tzinfo=UTC), tick=False):
        [old] = lms.post(statement(actor=BEN)).json()
    with time_machine.travel(datetime(2026, 11, 2, 0, 0, tzinfo=UTC), tick=False):
        [early] = lms.post(statement()).json()
    [passed] = credential_for(tenant="north").post(statement(verb={"id": PASSED})).json()
    around = {"contextActivities": {"grouping": [{"id": HIKE}]}}
    [inside] = other.post(statement(object={"id": WEEK}, context=around)).json()
    assert exported(admin, verb=PASSED) == [passed]
    assert exported(admin, agent=BEN["account"]["name"] + "@example.org") == []
    assert exported(admin, agent="anna@example.org", until="2026-11-02") == [early]
    assert exported(admin, agent=json.dumps(BEN)) == [old]
    assert exported(admin, agent=str(alice.uuid).upper()) == [own]
    assert exported(admin, activity=WEEK) == [inside]
    assert inside not in exported(admin, activity=HIKE)
    assert inside in exported(admin, activity=HIKE, related="on")
    assert exported(admin, until="2026-11-01") == [old], "days end at midnight UTC"
    assert exported(admin, since="2026-11-02", until="2026-11-02") == [early]
    assert exported(admin, tenant="=north") == [passed]
    assert set(exported(admin, tenant="=")) == {own, old, early, inside}


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"form": "xml"}, "form"),
        ({"verb": "passed"}, "verb"),
        ({"activity": "hike"}, "activity"),
        ({"agent": "anna"}, "agent"),
        ({"agent": '{"mbox": 1}'}, "agent"),
        ({"agent": '{"mbox": "mailto:a@b", "mbox": "mailto:a@b"}'}, "agent"),
        ({"since": "2026-11-02", "until": "2026-11-01"}, "until"),
        ({"since": "soon"}, "since"),
        ({"tenant": "north"}, "tenant"),
    ],
)
def test_what_cannot_be_asked_is_told(admin, fields, name):
    answer = admin.post(PAGE + "new/", {"form": "csv", **fields})
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {name}
    assert not Export.objects.exists()


def test_csv_has_one_column_for_each_thing_told(lms, admin, alice, settings):
    home = settings.PUBLIC_URL
    whole = statement(
        actor={"account": {"homePage": home, "name": str(alice.uuid)}},
        verb={"id": PASSED, "display": {"de": "bestand", "en-US": "passed"}},
        object={
            "id": HIKE,
            "definition": {"type": "https://e.org/t", "name": {"en": "Hike, long"}, "interactionType": "choice"},
        },
        result={
            "success": True,
            "completion": False,
            "response": 'a "b"',
            "duration": "PT1H0.5S",
            "score": {"scaled": -0.5, "raw": 3, "min": 0, "max": 10},
            "extensions": {"https://e.org/x": {"ä": None}},
        },
        context={
            "registration": "6f0a3c1e-8a53-4d9c-9d3a-0d5b0d9f6f10",
            "language": "de",
            "contextActivities": {"parent": [{"id": WEEK}, {"id": HIKE}]},
        },
        timestamp="2026-11-02T10:00:00.123456+01:00",
    )
    lms.post(whole)
    lms.post(statement(actor=BEN, object={"objectType": "Agent", **ANNA}))
    export = ask(admin, "csv")
    tasks.write_export(export.pk)
    data = taken(admin, export)
    assert data.startswith(b"\xef\xbb\xbfid,stored,timestamp,")
    assert data.endswith(b"\r\n")
    first, second = rows_of(data)
    assert list(first) == list(COLUMNS)
    expected = {
        "timestamp": "2026-11-02T09:00:00.123456Z",
        "actor": f"account:{home}|{alice.uuid}",
        "person": str(alice.uuid),
        "verb": PASSED,
        "verb_name": "passed",
        "object": HIKE,
        "activity_name": "Hike, long",
        "success": "true",
        "completion": "false",
        "score_scaled": "-0.5",
        "response": 'a "b"',
        "duration_seconds": "3600.5",
        "result_extensions": '{"https://e.org/x":{"ä":null}}',
        "parents": f"{WEEK} {HIKE}",
        "groupings": "",
        "credential": str(lms.credential.pk),
        "own": "false",
    }
    assert {name: first[name] for name in expected} == expected
    assert (second["object_type"], second["object"]) == ("Agent", ANNA["mbox"])
    assert (second["person"], second["success"]) == ("", "")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", " =", "\n="])
def test_fault_59_cells_that_begin_like_a_formula_are_text(lms, admin, start):
    evil = f'{start}HYPERLINK("http://evil.example","x")'
    lms.post(statement(result={"response": evil}, verb={"id": DID, "display": {"en": evil}}))
    export = ask(admin, "csv")
    tasks.write_export(export.pk)
    [row] = rows_of(taken(admin, export))
    assert row["response"] == row["verb_name"] == f"'{evil}"


def test_reading_goes_on_in_pieces_and_leaves_nothing_out(lms, monkeypatch):
    monkeypatch.setattr("portal.lrs.reading.PIECE_BYTES", 1500)
    with time_machine.travel(now(), tick=False):  # all at the same moment: the order is by id
        ids = lms.post([statement(result={"response": "x" * 800}) for _ in range(7)]).json()
    pieces = list(read_in_order(Statement.objects.all(), Wanted(), piece=3))
    assert [json.loads(row.body)["id"] for piece in pieces for row in piece] == ids
    assert max(len(piece) for piece in pieces) == 2, "a piece ends where its texts grow long"
