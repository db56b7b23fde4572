"""Which credits a certificate carries, and what is asked of the learner before it."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pypdfium2
import pytest
import time_machine
from pypdf import PdfReader

from certificates.issuing import actions
from certificates.issuing.cme.importing import load_shipped
from certificates.issuing.life import reissue
from certificates.issuing.models import Accreditation, Certificate, Claim, Scheme
from certificates.issuing.tasks import issue_certificate, sweep
from portal.audit.models import Entry
from tests.certificates.factories import make_completion
from tests.certificates.schemes import accredit, ask, make_own, make_scheme
from tests.factories import NOON, UserFactory

pytestmark = pytest.mark.django_db


def text_of(certificate):
    with certificate.file.open("rb") as file:
        text = pypdfium2.PdfDocument(file.read())[0].get_textpage().get_text_bounded()
    return " ".join(text.split())


def issue(completion) -> Certificate:
    return actions.issue(completion=completion, at=NOON)


@pytest.fixture
def completion(alice, course):
    return make_completion(alice, course)


@pytest.fixture
def address(completion):
    return f"/certificates/credits/{completion.enrolment.uuid}/"


# --- the certificate -------------------------------------------------------------------------------------------------


def test_without_any_body_there_is_a_certificate_without_credits(completion):
    certificate = issue(completion)
    assert certificate.credits is None
    assert certificate.scheme_name == ""
    assert Claim.objects.get().settled_at == NOON


def test_own_hours_are_counted_and_nothing_is_asked(completion):
    make_own()
    certificate = issue(completion)
    assert certificate.credits == Decimal("2.25")  # of 140 minutes
    assert (certificate.accreditation_number, certificate.credits_maximum) == ("", None)
    assert "2.25 hours of learning" in text_of(certificate)
    assert "Counted by the provider." in text_of(certificate)


def test_the_certificate_says_all_that_a_body_wants_said(completion, course):
    accredit(make_scheme("ecmec"), course)
    certificate = issue(completion)
    text = text_of(certificate)
    for part in (
        "2 ECMEC",
        "The ecmec",
        "accreditation ecmec-2026-7, valid from 1 January 2026 to 31 December 2026",
        "is accredited for at most 2 ECMEC",
        "must be checked with the competent authority",
        "24 November 2026",
        "Alice Huber",
        "A L A R A C A M P U S",
        certificate.number,
    ):
        assert part in text, part
    with certificate.file.open("rb") as file:
        assert len(PdfReader(file).pages) == 1


@pytest.mark.parametrize(("language", "name"), [("de", "Akademie"), ("fr", "The ecmec")])
def test_the_wording_is_in_the_learners_language_where_the_body_has_one(course, language, name):
    wording = "Für „{course}“ werden {credits} {unit} anerkannt, {from} bis {to}."
    german = {"name": "Akademie", "unit": "Punkte", "wording": wording}
    english = {"name": "The ecmec", "unit": "ECMEC", "wording": "For {course}: {credits}."}
    accredit(make_scheme("ecmec", texts={"en": english, "de": german}), course, credits="1.50")
    certificate = issue(make_completion(UserFactory(language=language), course))
    assert certificate.scheme_name == name
    if language == "de":
        assert "werden 1,5 Punkte anerkannt, 1. Januar 2026 bis 31. Dezember 2026" in certificate.credits_wording


def test_an_issued_certificate_stays_as_it_is(client, completion, course):
    scheme = make_scheme("ecmec")
    accreditation = accredit(scheme, course)
    certificate = issue(completion)
    accreditation.status, accreditation.number = "withdrawn", "other"
    accreditation.save()
    scheme.texts.update(name="Renamed", unit="X")
    again = issue(completion)
    assert (again.scheme_name, again.credits, again.accreditation_number) == ("The ecmec", 2, "ecmec-2026-7")
    assert again.sha256 == certificate.sha256
    page = client.get(f"/verify/{certificate.uuid}").content.decode()
    assert "The ecmec: 2 ECMEC" in page
    assert "Renamed" not in page


def test_a_corrected_certificate_keeps_the_credits(completion, course):
    accredit(make_scheme("ecmec"), course)
    first = issue(completion)
    newer = reissue(certificate=first, holder_name="Alicia Huber", course_title=first.course_title, at=NOON)
    assert "2 ECMEC" in text_of(issue(completion))
    newer.refresh_from_db()
    assert (newer.scheme_code, newer.credits, newer.accreditation_number) == ("ecmec", 2, "ecmec-2026-7")
    assert newer.credits_wording == first.credits_wording


def test_machines_read_the_credits(client, completion, course):
    accredit(make_scheme("ecmec"), course)
    told = client.get(f"/verify/{issue(completion).uuid}?format=json").json()
    assert told["credits"] == {
        "scheme": "ecmec",
        "name": "The ecmec",
        "credits": 2.0,
        "unit": "ECMEC",
        "maximum": None,
        "accreditation": "ecmec-2026-7",
        "valid_from": "2026-01-01",
        "valid_to": "2026-12-31",
    }


def test_machines_read_that_there_are_none(client, completion):
    assert client.get(f"/verify/{issue(completion).uuid}?format=json").json()["credits"] is None


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("W" * 200, "Justification"),
        ("Maximiliane Wolkenstein-" * 8 + "Rodenegg", "Justification"),
        ("Ada Own", "The clinical question drives the exam " * 6),
        ("W" * 200, "The clinical question drives the exam " * 6),
    ],
    ids=["widest name", "longest name", "longest title", "both"],
)
def test_fault_41_one_page_with_credits_too_and_nothing_stands_on_the_foot(course, name, title):
    load_shipped()
    scheme = Scheme.objects.get(code="eaccme")
    scheme.verified_by, scheme.counts_hours_spent, scheme.needs_evaluation = "Dora Admin", False, False
    scheme.save()
    Scheme.objects.filter(code="own-hours").update(in_use=False)
    accredit(scheme, course)
    certificate = issue(make_completion(UserFactory(name=name), course, course_title=title.strip()))
    assert certificate.held_because == ""
    with certificate.file.open("rb") as file:
        paper = pypdfium2.PdfDocument(file.read())
    assert len(paper) == 1
    text = paper[0].get_textpage()

    def box(words):
        return text.get_charbox(text.search(words).get_next()[0])

    (_, wording_bottom, _, _), (_, _, _, foot_top) = box("actually spent"), box("Certificate number")
    assert wording_bottom > foot_top


# --- the window ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "counts"),
    [
        (datetime(2025, 12, 31, 22, 59, tzinfo=UTC), False),
        (datetime(2025, 12, 31, 23, 1, tzinfo=UTC), True),  # the first of January where the portal is
        (datetime(2026, 12, 31, 22, 59, tzinfo=UTC), True),
        (datetime(2026, 12, 31, 23, 1, tzinfo=UTC), False),
    ],
)
def test_the_day_of_the_completion_decides(course, day, counts):
    accredit(make_scheme("ecmec"), course)
    certificate = issue(make_completion(course=course, completed_at=day))
    assert (certificate.credits is not None) is counts
    assert ("ECMEC" in text_of(certificate)) is counts


@pytest.mark.parametrize("status", ["applied", "refused", "withdrawn"])
def test_what_is_not_granted_prints_nothing(completion, course, status):
    accredit(make_scheme("ecmec"), course, status=status)
    assert "ECMEC" not in text_of(issue(completion))


def test_another_version_of_the_course_gets_nothing(completion, course):
    accredit(make_scheme("ecmec"), course, course_version="2.0")
    assert issue(completion).credits is None


def test_a_body_that_nobody_verified_prints_nothing(completion, course):
    scheme = make_scheme("ecmec")
    accredit(scheme, course)
    type(scheme).objects.update(verified_by="")
    assert issue(completion).credits is None


@pytest.mark.parametrize(
    "terms", [{"professions": ["nurse"]}, {"pass_mark": 95}, {"minimum_minutes": 5}, {"in_use": False}]
)
def test_a_body_whose_terms_are_not_met_gives_nothing_and_asks_nothing(completion, course, terms):
    accredit(make_scheme("ecmec", needs_identity=True, **terms), course)
    assert issue(completion).credits is None


# --- what is asked ---------------------------------------------------------------------------------------------------


def test_where_several_bodies_apply_the_learner_chooses(as_alice, completion, course, address):
    accredit(make_scheme("ecmec"), course)
    accredit(make_scheme("chamber"), course, credits="3.00")
    make_own()
    issue_certificate(completion.pk)
    assert not Certificate.objects.exists()
    card = as_alice.get(f"/certificates/card/{completion.enrolment.uuid}/").content.decode()
    assert "Your certificate waits for you" in card
    assert "Your certificate waits for you" in as_alice.get("/certificates/").content.decode()
    page = as_alice.get(address, follow=True).content.decode()
    for offered in ("The ecmec: 2 ECMEC", "The chamber: 3 CHAMBER", "Hours of learning: 2.25"):
        assert offered in page
    chamber = Accreditation.objects.get(number="chamber-2026-7").scheme
    answer = as_alice.post(address + "body/", {"body": str(chamber.uuid)})
    assert answer.url == f"/certificates/card/{completion.enrolment.uuid}/"
    issue_certificate(completion.pk)
    assert Certificate.objects.get().scheme_name == "The chamber"
    assert "waits for you" not in as_alice.get("/certificates/").content.decode()


def test_no_choice_is_an_error_that_says_so(as_alice, completion, course, address):
    accredit(make_scheme("ecmec"), course)
    make_own()
    issue_certificate(completion.pk)
    answer = as_alice.post(address + "body/", {})
    assert answer.status_code == 422
    assert "Choose one body." in answer.content.decode()
    assert as_alice.post(address + "body/", {"body": "00000000-0000-4000-8000-000000000000"}).status_code == 422
    assert Claim.objects.get().settled_at is None


def test_hours_really_spent_are_claimed(as_alice, completion, course, address):
    accredit(make_scheme("ecmec", counts_hours_spent=True), course)
    issue_certificate(completion.pk)
    assert as_alice.get(address).url == address + "details/"
    assert "At most 2, in steps of 0.5." in as_alice.get(address + "details/").content.decode()
    as_alice.post(address + "details/", {"credits": "1.5"})
    issue_certificate(completion.pk)
    certificate = Certificate.objects.get()
    assert (certificate.credits, certificate.credits_maximum) == (Decimal("1.5"), 2)
    assert "Claimed: 1.5 of at most 2 ECMEC" in text_of(certificate)
    as_alice.post(address + "details/", {"credits": "2"})
    assert Claim.objects.get().credits == Decimal("1.5")


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("", "Enter how many credits you claim: at most 2."),
        ("two", "Enter a number, such as 2."),
        ("0", "The least that can be claimed is 0.5."),
        ("-1", "The least that can be claimed is 0.5."),
        ("2.5", "This course gives at most 2."),
        ("1.7", "Credits come in steps of 0.5"),
        ("NaN", "Enter a number, such as 2."),
    ],
)
def test_a_wrong_claim_is_told_and_nothing_typed_is_lost(as_alice, completion, course, address, typed, told):
    accredit(make_scheme("ecmec", counts_hours_spent=True, needs_identity=True), course)
    issue_certificate(completion.pk)
    answer = as_alice.post(address + "details/", {"credits": typed, "identity_number": "EFN 802760123"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert told in page
    assert 'value="EFN 802760123"' in page
    assert f'value="{typed}"' in page or not typed
    assert Claim.objects.get().settled_at is None


def test_a_comma_is_a_decimal_sign_where_it_is_one(client, course):
    ilse = UserFactory(language="de")
    completion = make_completion(ilse, course)
    accredit(make_scheme("ecmec", counts_hours_spent=True), course)
    issue_certificate(completion.pk)
    client.force_login(ilse)
    client.post(f"/certificates/credits/{completion.enrolment.uuid}/details/", {"credits": "1,5"})
    assert Claim.objects.get().credits == Decimal("1.5")


def test_an_identity_number_is_kept_and_told_nowhere(as_alice, client, completion, course, address):
    texts = {"en": {"name": "Chamber", "unit": "points", "wording": "Yes.", "identity_label": "Uniform number"}}
    accredit(make_scheme("chamber", needs_identity=True, texts=texts), course)
    issue_certificate(completion.pk)
    assert "Uniform number" in as_alice.get(address + "details/").content.decode()
    answer = as_alice.post(address + "details/", {"identity_number": "#"})
    assert answer.status_code == 422
    as_alice.post(address + "details/", {"identity_number": "80276/0123"})
    issue_certificate(completion.pk)
    certificate = Certificate.objects.get()
    assert Claim.objects.get().identity_number == "80276/0123"
    assert "0123" not in text_of(certificate).replace(str(certificate.uuid), "")
    assert "80276/0123" not in client.get(f"/verify/{certificate.uuid}").content.decode()
    assert not [entry for entry in Entry.objects.all() if "80276" in str(entry.data)]


def test_another_choice_forgets_what_was_said_for_the_first(as_alice, completion, course, address):
    first = make_scheme("ecmec", counts_hours_spent=True, needs_evaluation=True)
    accredit(first, course)
    accredit(make_scheme("chamber"), course, credits="3.00")
    ask("aims")
    issue_certificate(completion.pk)
    as_alice.post(address + "body/", {"body": str(first.uuid)})
    as_alice.post(address + "details/", {"credits": "1"})
    assert as_alice.get(address).url == address + "evaluation/"
    chamber = Accreditation.objects.get(number="chamber-2026-7").scheme
    as_alice.post(address + "body/", {"body": str(chamber.uuid)})
    claim = Claim.objects.get()
    assert (claim.scheme, claim.credits) == (chamber, 3)
    assert claim.settled_at


def test_a_withdrawal_meanwhile_frees_the_certificate(as_alice, completion, course, address):
    accreditation = accredit(make_scheme("ecmec", counts_hours_spent=True), course)
    issue_certificate(completion.pk)
    Accreditation.objects.filter(pk=accreditation.pk).update(status="withdrawn")
    page = as_alice.get(address, follow=True).content.decode()
    assert "What was asked before no longer is" in page
    as_alice.post(address + "details/")
    issue_certificate(completion.pk)
    assert Certificate.objects.get().credits is None


def test_the_sweep_issues_neither_early_nor_never(as_alice, completion, course, address):
    accredit(make_scheme("ecmec", counts_hours_spent=True), course)
    sweep()
    sweep()
    assert not Certificate.objects.exists()
    as_alice.post(address + "details/", {"credits": "2"})
    sweep()
    assert Certificate.objects.get().credits == 2


def test_waiting_ones_do_not_keep_the_sweep_busy(course, django_assert_num_queries):
    accredit(make_scheme("ecmec", counts_hours_spent=True), course)
    for _ in range(3):
        make_completion(course=course)
    sweep()
    with django_assert_num_queries(1):
        sweep()


def test_nobody_claims_for_another(client, completion, course, address):
    accredit(make_scheme("ecmec", counts_hours_spent=True), course)
    issue_certificate(completion.pk)
    client.force_login(UserFactory())
    for step in ("", "body/", "details/", "evaluation/"):
        assert client.get(address + step).status_code == 404
        assert client.post(address + step, {"credits": "2"}).status_code == 404
    assert Claim.objects.get().credits is None


def test_before_a_worker_has_looked_there_is_nothing_to_answer(as_alice, completion, address):
    assert as_alice.get(address).status_code == 404


# --- told beforehand -------------------------------------------------------------------------------------------------


def test_the_first_page_of_the_course_tells_of_credits_and_what_they_ask(client, course):
    accredit(make_scheme("ecmec", counts_hours_spent=True, needs_evaluation=True), course)
    with time_machine.travel(NOON, tick=False):
        page = client.get(course.url).content.decode()
    assert "The ecmec: up to 2 ECMEC" in page
    assert "a short evaluation of the course; your certificate waits for it" in page
    with time_machine.travel(NOON + timedelta(days=60), tick=False):
        assert "ECMEC" not in client.get(course.url).content.decode()


def test_a_course_without_accreditation_promises_nothing(client, course):
    make_own()
    accredit(make_scheme("ecmec"), course, status="applied", valid_to=date(2099, 1, 1))
    assert "ECMEC" not in client.get(course.url).content.decode()
