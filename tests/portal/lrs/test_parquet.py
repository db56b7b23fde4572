"""Days for analysts: written whole, caught up, written again when they change; and the page that tells of them."""

import re
from datetime import UTC, date, datetime, timedelta

import duckdb
import pyarrow.parquet as pq
import pytest
import time_machine
from django.core.management import CommandError, call_command

from courses.catalogue.outlines import outline_of
from courses.learning.actions import complete_step, enrol
from courses.quizzes.actions import answer, start_attempt
from portal.lrs.flat import COLUMNS, last_part, seconds
from portal.lrs.models import ParquetDay, Statement
from portal.lrs.parquet import actions, table
from portal.lrs.parquet.actions import UnfinishedError, outdate, write_day, write_finished_days
from portal.lrs.parquet.tasks import write_finished_days as nightly
from tests.courses.quizzes.builders import make_quiz
from tests.factories import UserFactory
from tests.pages import make_course
from tests.portal.lrs.samples import BEN, statement, voiding
from tests.support.live import ROOT

pytestmark = pytest.mark.usefixtures("private")
PAGE = (ROOT / "docs/analysts.md").read_text()
SQL = re.findall(r"```sql\n(.+?)```", PAGE, re.DOTALL)
FIRST = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
NIGHT = datetime(2026, 11, 4, 1, 30, tzinfo=UTC)


def files(private):
    return sorted(path.relative_to(private / "private").as_posix() for path in private.rglob("*") if path.is_file())


def ids(private, day):
    path = private / "private" / actions.file_name(date(2026, 11, day))
    return pq.ParquetFile(path).read(columns=["id"]).column("id").to_pylist()


def post(client, *statements, at):
    with time_machine.travel(at, tick=False):
        return client.post(list(statements)).json()


@pytest.fixture
def three_days(lms):
    """Statements of 1 and 3 November, none on the 2nd; by day."""
    return {
        1: post(lms, statement(), statement(actor=BEN), at=FIRST),
        3: post(lms, statement(), at=datetime(2026, 11, 3, 23, 59, 59, 999000, tzinfo=UTC)),
        4: post(lms, statement(), at=datetime(2026, 11, 4, 0, 0, tzinfo=UTC)),
    }


def test_each_finished_day_has_a_file_of_its_own(three_days, private):
    assert write_finished_days(at=NIGHT) == 0
    assert files(private) == [
        "parquet/year=2026/month=11/day=01/statements.parquet",
        "parquet/year=2026/month=11/day=03/statements.parquet",
    ]
    assert (ids(private, 1), ids(private, 3)) == (three_days[1], three_days[3])
    assert dict(ParquetDay.objects.values_list("day__day", "statements")) == {1: 2, 2: 0, 3: 1}


def test_what_is_written_is_left_alone_and_what_was_missed_is_caught_up(three_days, lms, private, monkeypatch):
    write_finished_days(at=NIGHT)
    written = []
    real = actions.write_day
    monkeypatch.setattr(actions, "write_day", lambda **how: written.append(how["day"].day) or real(**how))
    write_finished_days(at=NIGHT + timedelta(hours=1))
    assert written == []
    post(lms, statement(), at=datetime(2026, 11, 6, 8, 0, tzinfo=UTC))
    write_finished_days(at=NIGHT + timedelta(days=4))
    assert written == [4, 5, 6, 7]
    assert ids(private, 4) == three_days[4]


def test_a_long_backlog_makes_room_and_goes_on(three_days, monkeypatch):
    assert write_finished_days(at=NIGHT, seconds=-1) == 2
    assert ParquetDay.objects.count() == 1
    again = []
    monkeypatch.setattr("portal.lrs.parquet.tasks.enqueue", again.append)
    monkeypatch.setattr("portal.lrs.parquet.tasks.now", lambda: NIGHT)
    nightly()
    assert again == []
    assert ParquetDay.objects.count() == 3


def test_a_day_that_has_not_ended_is_not_written(three_days):
    with pytest.raises(UnfinishedError):
        write_day(day=date(2026, 11, 4), at=NIGHT)
    with pytest.raises(UnfinishedError):
        write_day(day=date(2026, 11, 3), at=datetime(2026, 11, 4, 0, 59, tzinfo=UTC))


def test_voided_statements_leave_also_files_that_are_written(three_days, lms, private):
    write_finished_days(at=NIGHT)
    gone, kept = three_days[1]
    [void] = post(lms, voiding(gone), at=datetime(2026, 11, 4, 9, 0, tzinfo=UTC))
    write_finished_days(at=NIGHT + timedelta(days=1))
    assert ids(private, 1) == [kept]
    assert ids(private, 4) == [three_days[4][0], void]
    assert not ParquetDay.objects.exclude(pk__in=ParquetDay.objects.up_to_date()).exists(), "and it comes to rest"


def test_a_statement_voided_on_its_own_day_is_written_once(lms, private, monkeypatch):
    [gone] = post(lms, statement(), at=FIRST)
    [void] = post(lms, voiding(gone), at=FIRST)
    write_finished_days(at=NIGHT)
    assert ids(private, 1) == [void]
    assert ParquetDay.objects.get(day=FIRST.date()).changes == 1


def test_days_of_erased_statements_are_written_again_and_an_empty_day_has_no_file(three_days, private):
    write_finished_days(at=NIGHT)
    erased = Statement.objects.filter(uuid__in=three_days[3])
    outdate({each.stored.date() for each in erased})
    erased.delete()
    write_finished_days(at=NIGHT + timedelta(hours=1))
    assert files(private) == ["parquet/year=2026/month=11/day=01/statements.parquet"]


def test_what_changes_while_a_day_is_written_has_it_written_again(three_days, private, monkeypatch):
    real = table.write_table

    def meanwhile(*args, **how):
        written = real(*args, **how)
        outdate([date(2026, 11, 1)])
        return written

    with monkeypatch.context() as patch:
        patch.setattr(table, "write_table", meanwhile)
        write_day(day=date(2026, 11, 1), at=NIGHT)
    assert actions.waiting_days(at=NIGHT) == [date(2026, 11, day) for day in (1, 2, 3)]


def test_a_day_is_replaced_whole_or_not_at_all(three_days, private, monkeypatch):
    write_finished_days(at=NIGHT)
    before = ids(private, 1)

    def full(*args, **how):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(table, "write_table", full)
        outdate([date(2026, 11, 1)])
        with pytest.raises(OSError, match="No space"):
            write_finished_days(at=NIGHT)
    assert ids(private, 1) == before
    assert actions.waiting_days(at=NIGHT) == [date(2026, 11, 1)], "the next night tries again"
    assert len(files(private)) == 2
    assert not [*(private / "private" / "drafts").iterdir()]


def test_row_groups_bound_the_memory(lms, private, monkeypatch):
    monkeypatch.setattr(table, "GROUP", 4)
    monkeypatch.setattr(actions.read_in_order, "__kwdefaults__", {"piece": 3})
    post(lms, *[statement() for _ in range(10)], at=FIRST)
    write_day(day=FIRST.date(), at=NIGHT)
    path = private / "private" / actions.file_name(FIRST.date())
    told = pq.ParquetFile(path).metadata
    assert [told.row_group(n).num_rows for n in range(told.num_row_groups)] == [6, 4]


def test_the_command_writes_what_waits_or_a_period_again(three_days, private, capsys):
    with time_machine.travel(NIGHT):
        call_command("write_parquet")
        assert capsys.readouterr().out == "every finished day is written\n"
        call_command("write_parquet", "--since", "2026-11-01", "--until", "2026-11-02")
        assert capsys.readouterr().out.splitlines() == [
            "parquet/year=2026/month=11/day=01/statements.parquet: 2 statements",
            "parquet/year=2026/month=11/day=02/statements.parquet: 0 statements",
        ]
        with pytest.raises(CommandError, match="2026-11-04 has not ended"):
            call_command("write_parquet", "--since", "2026-11-04")
        with pytest.raises(CommandError, match="--since"):
            call_command("write_parquet", "--until", "2026-11-04")


def test_the_page_tells_of_every_column_with_its_type(three_days, private):
    write_finished_days(at=NIGHT)
    told = dict(re.findall(r"^\| `(\w+)`(?: \*)? \| ([\w ]+) \|", PAGE, re.MULTILINE))
    words = {"text": "text", "moment": "timestamp", "number": "number", "whole": "whole number", "truth": "truth"}
    assert told == {name: words[kind] for name, kind in COLUMNS.items()}
    assert list(told) == list(COLUMNS)
    schema = pq.ParquetFile(private / "private" / actions.file_name(FIRST.date())).schema_arrow
    assert schema.names == list(COLUMNS)


def test_columns_that_the_page_promises_to_be_filled_are(three_days, private):
    write_finished_days(at=NIGHT)
    filled = re.findall(r"^\| `(\w+)` \*", PAGE, re.MULTILINE)
    assert "verb_name" in filled
    rows = pq.ParquetFile(private / "private" / actions.file_name(FIRST.date())).read(columns=filled)
    assert not any(column.null_count for column in rows.columns)


@pytest.mark.parametrize(
    ("duration", "expected"),
    [
        ("PT1H2M3.5S", 3723.5),
        ("P1Y2M3DT4H", 365 * 86400 + 60 * 86400 + 3 * 86400 + 4 * 3600),
        ("P2W", 14 * 86400),
        ("PT0,25S", 0.25),
        ("PT0S", 0),
        ("P" + "9" * 400 + "Y", None),
    ],
)
def test_durations_in_seconds(duration, expected):
    assert seconds(duration) == expected


def test_a_name_for_an_iri_without_one():
    assert last_part("http://adlnet.gov/expapi/verbs/passed") == "passed"
    assert last_part("https://example.org/x#did/") == "did"
    assert last_part("urn:example:did") == "did"


class Class:
    """Three learners of one course with two lessons and two questions, told through the portal's own actions."""

    def __init__(self, course):
        self.course = course
        self.quiz = make_quiz(course, banks=2, questions=1, count=1)
        self.outline = outline_of(course)

    def enrol(self, at):
        return enrol(user=UserFactory(), course=self.course, at=at)

    def read(self, enrolment, lesson, at):
        step = list(self.outline.lessons())[lesson - 1]
        complete_step(enrolment=enrolment, outline=self.outline, step=step, at=at)

    def sit(self, enrolment, at, wrong=()):
        """An attempt; ``wrong`` are codes of questions that are answered wrong."""
        attempt = start_attempt(enrolment=enrolment, outline=self.outline, quiz=self.quiz, at=at)
        for response in attempt.responses.select_related("question"):
            right = response.question.code not in wrong
            given = [str(choice.uuid) for choice in response.question.choices.all() if choice.right is right]
            answer(attempt=attempt, outline=self.outline, position=response.position, given=given[:1], at=at)


@pytest.fixture
def answers(home, lms, private, monkeypatch):
    """What the queries of the page say of a class."""
    group = Class(make_course(home, modules=1, lessons=2))
    october, november = datetime(2026, 10, 5, 9, 0, tzinfo=UTC), datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
    minutes = lambda n: timedelta(minutes=n)  # noqa: E731
    good = group.enrol(october)
    group.read(good, 1, october + minutes(10))
    group.read(good, 2, october + minutes(30))
    group.sit(good, october + minutes(40))
    slow = group.enrol(october)
    group.read(slow, 1, october + minutes(10))
    group.read(slow, 2, october + minutes(300))
    group.sit(slow, october + minutes(310), wrong=("J2-00",))
    group.sit(slow, october + timedelta(days=2))
    lost = group.enrol(november)
    group.read(lost, 1, november + minutes(20))
    # A claim by another client, and a voided statement, change none of the answers.
    claim = Statement.objects.filter(own=True, verb__endswith="passed").first()
    post(lms, {"actor": BEN, "verb": {"id": claim.verb}, "object": {"id": claim.activity}}, at=november)
    write_finished_days(at=NIGHT)
    monkeypatch.chdir(private / "private")
    with duckdb.connect() as database:
        database.execute(SQL[0])
        yield [database.execute(sql).fetchall() for sql in SQL[1:]]


def test_the_five_questions_of_the_page_are_answered(answers):
    completion, hardest, minutes, leaving, first = answers
    assert completion == [("Course J", "2026-10", 2, 2, 100.0), ("Course J", "2026-11", 1, 0, 0.0)]
    assert hardest == [("Stem of J2-00?", 3, 2, 33.3), ("Stem of J1-00?", 3, 2, 0.0)]
    assert minutes == [("Lesson 1.2", 1, 20.0), ("Lesson 1.1", 3, 10.0)], "five hours are a break"
    assert leaving == [("Lesson 1.1", 3, 3, 100.0), ("Lesson 1.2", 2, 3, 66.7)]
    [(_, _, people, at_first, until_passed)] = first
    assert (people, at_first, until_passed) == (2, 50.0, 1.5)
