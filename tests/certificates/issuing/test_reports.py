"""What the body that accredited a course is told: by counts, as PDF and XLSX."""

from datetime import timedelta
from io import BytesIO

import pypdfium2
import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from openpyxl import load_workbook
from pypdf import PdfReader

from certificates.issuing.models import EvaluationAnswer
from certificates.issuing.tasks import issue_certificate
from courses.quizzes.models import Attempt
from portal.audit.models import Entry
from tests.certificates.factories import make_completion
from tests.certificates.schemes import accredit, ask, make_scheme
from tests.courses.quizzes.builders import make_quiz
from tests.factories import NOON, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def accreditation(course):
    return accredit(make_scheme("ecmec"), course, interests="=cmd|' /C calc'!A0\nDr. Author: speaker for Example")


@pytest.fixture
def as_carol(db):
    carol = UserFactory(name="Carol Curtis")
    carol.user_permissions.add(Permission.objects.get(codename="change_accreditation"))
    client = Client()
    client.force_login(carol)
    return client


@pytest.fixture
def learners(course, accreditation):
    """Seven radiologists and two nurses with credits: the first try at 50 %, the second passed at 90 %."""
    quiz = make_quiz(course)
    for profession in ["radiologist"] * 7 + ["nurse"] * 2:
        completion = make_completion(UserFactory(profession=profession), course)
        for number, score in ((1, 0.5), (2, 0.9)):
            Attempt.objects.create(
                enrolment=completion.enrolment,
                quiz=quiz,
                number=number,
                seed=1,
                pass_mark=75,
                started_at=NOON,
                finished_at=NOON,
                score=score,
                passed=score > 0.75,
            )
        issue_certificate(completion.pk)


@pytest.fixture
def address(accreditation):
    return f"/certificates/accreditations/{accreditation.uuid}/"


DAYS = "?since=2026-11-01&until=2026-11-30"


def sheets(answer):
    book = load_workbook(BytesIO(answer.content))
    return {sheet["A1"].value: [[cell.value for cell in row] for row in sheet.iter_rows(min_row=3)] for sheet in book}


def test_the_report_tells_participants_results_gain_and_interests(as_carol, learners, address):
    told = sheets(as_carol.get(address + DAYS + "&form=xlsx"))
    about = dict(told["Accreditation"])
    assert (about["Participants with credits"], about["Credits given"]) == (9, "18 ECMEC")
    assert about["Accreditation number"] == "ecmec-2026-7"
    results = dict(told["Results and gain"])
    assert results["Mean score of the first attempt"] == "50 %"
    assert results["Mean score of the attempt that was passed"] == "90 %"
    assert results["Gain from the first attempt to the one passed, in percentage points"] == "40"
    assert results["Attempts for each participant, mean"] == "2"
    assert "Dr. Author: speaker for Example" in told["Interests declared"][0][0]


def test_nobody_is_named(as_carol, learners, address):
    page = as_carol.get(address + DAYS).content.decode()
    assert "Person Number" not in page
    assert "@example.org" not in page


def test_fault_57_small_counts_in_a_report_are_suppressed(as_carol, learners, address):
    told = sheets(as_carol.get(address + DAYS + "&form=xlsx"))
    assert dict(told["Participants by profession"]) == {"Radiologist": "not shown", "Nurse": "not shown"}


def test_fault_57_results_of_few_are_not_told(as_carol, course, accreditation, address):
    for _ in range(4):
        issue_certificate(make_completion(course=course).pk)
    told = sheets(as_carol.get(address + DAYS + "&form=xlsx"))
    assert told["Results and gain"] == [["Fewer than five participants", "not shown"]]
    assert dict(told["Accreditation"])["Credits given"] == "not shown"


def test_only_completions_of_the_period_count(as_carol, learners, course, address):
    issue_certificate(make_completion(course=course, completed_at=NOON - timedelta(days=60)).pk)

    def participants(days):
        return dict(sheets(as_carol.get(address + days + "&form=xlsx"))["Accreditation"])["Participants with credits"]

    assert participants(DAYS) == 9
    assert participants("?since=2026-09-01&until=2026-11-24") == 10
    assert participants("?since=2026-11-25&until=2026-11-30") == 0


def test_a_cell_is_text_whatever_it_begins_with(as_carol, learners, address):
    """FAULT: formula injection."""
    book = load_workbook(BytesIO(as_carol.get(address + DAYS + "&form=xlsx").content))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells if cell.value is not None} <= {"s", "n"}
    assert any(str(cell.value).startswith("=cmd") for cell in cells)


def test_the_pdf_says_the_same_and_is_tagged(as_carol, learners, course, accreditation, address):
    aims = ask("aims")
    EvaluationAnswer.objects.bulk_create(
        EvaluationAnswer(
            question=aims,
            course_key=course.translation_key,
            course_version="1.0",
            accreditation=accreditation,
            value=4,
            released=True,
        )
        for _ in range(6)
    )
    answer = as_carol.get(address + DAYS + "&form=pdf")
    assert answer["Content-Type"] == "application/pdf"
    paper = pypdfium2.PdfDocument(answer.content)
    text = " ".join(" ".join(page.get_textpage().get_text_bounded().split()) for page in paper)
    for part in ("ecmec-2026-7", "Participants with credits 9", "What of aims?", "4 – I agree 6", "Dr. Author"):
        assert part in text, part
    root = PdfReader(BytesIO(answer.content)).trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    entry = Entry.objects.get(verb="took report on accreditation")
    assert entry.data == {"form": "pdf", "since": "2026-11-01", "until": "2026-11-30"}


def test_a_wrong_period_is_told(as_carol, address):
    answer = as_carol.get(address + "?since=2026-12-01&until=2026-11-01")
    assert answer.status_code == 422
    assert "The last day is before the first one." in answer.content.decode()
    assert 'value="2026-12-01"' in answer.content.decode()


def test_without_a_period_it_is_that_of_the_accreditation(as_carol, learners, address):
    page = as_carol.get(address).content.decode()
    assert 'value="2026-01-01"' in page
    assert "18 ECMEC" in page


def test_only_who_keeps_accreditations_reports(as_alice, as_carol, accreditation, address):
    assert as_alice.get(address).status_code == 404
    assert str(accreditation) not in as_alice.get("/certificates/accreditations/").content.decode()
    assert str(accreditation) in as_carol.get("/certificates/accreditations/").content.decode()


def test_a_report_takes_as_many_queries_however_many_took_part(
    as_carol, learners, address, django_assert_max_num_queries
):
    with django_assert_max_num_queries(25):
        as_carol.get(address + DAYS)
