"""A transcript as a page, a PDF, a spreadsheet and a link: what stands in it, and what a stranger is never told."""

import csv
import io
import re
from collections import Counter
from datetime import date, timedelta

import pypdfium2
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from certificates.issuing import actions as certificates
from certificates.issuing import life
from certificates.issuing.inspection import Verdict, verdict_of
from certificates.issuing.keys import KeyAwayError
from certificates.issuing.models import Certificate, SigningKey
from certificates.issuing.rules import Status
from certificates.issuing.transcripts import rules
from certificates.issuing.transcripts.rules import Line, State
from tests.certificates.factories import make_completion
from tests.certificates.schemes import accredit, make_scheme
from tests.certificates.transcripts import LINKS, OWN, TODAY, issued, share, shown, text, with_credits, years_ago
from tests.factories import NOON, UserFactory

pytestmark = pytest.mark.usefixtures("at_noon")


@st.composite
def lines(draw):
    scheme = draw(st.sampled_from(["", "board", "ecmec"]))
    return Line(
        uuid=draw(st.uuids()),
        number=draw(st.text("ABC123", min_size=1, max_size=6)),
        holder_name="Alice",
        course_title="Dose",
        course_code="D",
        course_version="1",
        language="en",
        learning_minutes=draw(st.integers(0, 600)),
        completed_on=draw(st.dates(date(2020, 1, 1), date(2030, 12, 31))),
        expires_on=None,
        scheme_code=scheme,
        scheme_name=scheme.title(),
        credits=draw(st.decimals(0, 50, places=2)) if scheme else None,
        credits_maximum=None,
        credits_unit=draw(st.sampled_from(["points", "hours"])) if scheme else "",
        accreditation_number="",
        accredited_from=None,
        accredited_to=None,
        verify_url="https://campus.example.org/verify/x",
        status=draw(st.sampled_from([Status.VALID, Status.EXPIRED, Status.REVOKED, Status.SUPERSEDED])),
    )


@given(st.lists(lines()))
def test_every_line_stands_once_in_its_year_and_under_its_scheme(found):
    years = rules.by_year(found)
    assert [year.year for year in years] == sorted({line.completed_on.year for line in found}, reverse=True)
    placed = [
        (year.year, section.scheme, line) for year in years for section in year.sections for line in section.lines
    ]
    assert Counter(line for _, _, line in placed) == Counter(found)
    assert all(year == line.completed_on.year and scheme == line.scheme_code for year, scheme, line in placed)
    for year in years:
        schemes = [section.scheme for section in year.sections]
        assert schemes == sorted(set(schemes), key=lambda scheme: (not scheme, scheme))


@given(st.lists(lines()))
def test_years_and_schemes_add_up_to_the_same_credits(found):
    def whole(sections):
        sums = Counter()
        for section in sections:
            for total in section.totals:
                sums[(section.scheme, total.unit)] += total.credits
        return {key: value for key, value in sums.items() if value}

    by_year = [section for year in rules.by_year(found) for section in year.sections]
    assert whole(by_year) == whole(rules.by_scheme(found))
    stands = [line for line in found if line.status in {Status.VALID, Status.EXPIRED}]
    assert sum(whole(by_year).values()) == sum(line.credits or 0 for line in stands)
    assert sum(section.minutes for section in by_year) == sum(line.learning_minutes for line in stands)


@given(st.lists(lines()))
def test_a_scope_covers_its_own_and_each_line_is_in_one_year(found):
    scopes = rules.scopes_of(found)
    assert len({scope.word for scope in scopes}) == len(scopes)
    assert rules.within(found, scopes[0]) == found
    assert sum(len(rules.within(found, scope)) for scope in scopes if scope.year) == len(found)
    for scope in scopes[1:]:
        assert rules.within(found, scope)


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)))
def test_no_link_lasts_longer_than_a_year(day):
    assert timedelta(days=364) <= rules.latest_end(day) - day <= timedelta(days=366)


@pytest.mark.parametrize(
    ("withdrawn", "on", "state"),
    [
        (False, TODAY, State.OPEN),
        (False, TODAY + timedelta(days=1), State.ENDED),
        (True, TODAY, State.WITHDRAWN),
        (True, TODAY + timedelta(days=1), State.WITHDRAWN),
    ],
)
def test_a_link_holds_through_its_last_day(withdrawn, on, state):
    assert rules.state_of(ends_on=TODAY, withdrawn=withdrawn, on=on) == state


def test_the_page_shows_years_bodies_sums_and_a_link_for_each(as_alice, hers):
    answer = as_alice.get(OWN)
    page = answer.content.decode()
    assert re.findall(r'<h2 id="year-(\d+)"', page) == ["2026", "2025"]
    assert "The ecmec 3 points" in text(answer)
    assert "The ecmec · 2 points" in text(answer)
    for certificate in hers.values():
        assert f"/verify/{certificate.uuid}" in page
        assert certificate.number in page
        assert f"{OWN}{certificate.uuid}/" in page


def test_a_part_can_be_looked_at(as_alice, hers):
    def titles(scope):
        return re.findall(r'<h4[^>]*lang="en">([^<]+)<', as_alice.get(f"{OWN}?scope={scope}").content.decode())

    assert titles("year-2025") == ["Optimisation", "Safety"]
    assert titles("scheme-ecmec") == ["Justification", "Optimisation"]
    for nothing in ("year-1999", "scheme-other", "x"):
        assert as_alice.get(f"{OWN}?scope={nothing}").status_code == 404


def test_one_certificate_is_held_out_with_its_qr_code(as_alice, hers):
    answer = as_alice.get(f"{OWN}{hers['board'].uuid}/")
    assert "<svg" in answer.content.decode()
    assert f"/verify/{hers['board'].uuid}" in answer.content.decode()
    other = issued(UserFactory(name="Ben Other"))
    assert as_alice.get(f"{OWN}{other.uuid}/").status_code == 404


def test_certificates_of_others_and_those_not_issued_are_nowhere(as_alice, alice, hers):
    other = issued(UserFactory(name="Ben Other"))
    waiting = issued(alice, issued_at=None, of={"course_title": "Not yet"})
    _, token = share(alice)
    pages = [as_alice.get(OWN), as_alice.get(OWN + "transcript.csv"), shown(token)]
    for page in (answer.content.decode() for answer in pages):
        assert hers["bare"].number in page
        assert other.number not in page
        assert "Ben Other" not in page
        assert waiting.number not in page


def test_a_revoked_one_says_so_and_counts_no_more(as_alice, alice, hers):
    certificates.revoke(certificate=hers["ecmec"], reason="error", at=NOON)
    _, token = share(alice)
    for answer in (as_alice.get(OWN), shown(token)):
        assert "Revoked" in text(answer)
        assert "The ecmec 1 points" in text(answer)
    assert "Revoked" in as_alice.get(OWN + "transcript.csv").content.decode()


def test_an_expired_one_says_so_and_its_credits_stay_earned(as_alice, alice):
    issued(alice, expires_on=TODAY - timedelta(days=1), **with_credits("ecmec", "2.00"))
    assert "Expired" in text(as_alice.get(OWN))
    assert "The ecmec 2 points" in text(as_alice.get(OWN))


def test_of_a_replaced_one_the_credits_count_once(as_alice, alice, course):
    accredit(make_scheme("ecmec"), course)
    first = certificates.issue(completion=make_completion(alice, course), at=NOON)
    life.reissue(certificate=first, holder_name=first.holder_name, course_title="Justified", at=NOON)
    certificates.issue(completion=first.completion, at=NOON)
    page = text(as_alice.get(OWN))
    assert page.count("Replaced") == 1
    assert "The ecmec 2 ECMEC" in page


def test_a_name_of_former_times_is_not_told(as_alice, alice):
    first = issued(alice, holder_name="Former Name", superseded_at=NOON)
    newer = issued(alice)
    Certificate.objects.filter(pk=newer.pk).update(completion=first.completion, replaces=first)
    _, token = share(alice)
    for answer in (as_alice.get(OWN), as_alice.get(OWN + "transcript.csv"), shown(token)):
        page = answer.content.decode()
        assert newer.number in page
        for secret in ("Former Name", first.number, str(first.uuid)):
            assert secret not in page


def test_the_name_is_that_of_the_certificates_and_not_of_the_profile(as_alice, alice, hers):
    alice.name = "Professor Somebody"
    alice.save()
    _, token = share(alice)
    assert "Professor Somebody" not in shown(token).content.decode()
    assert "Alice Huber" in shown(token).content.decode()


def test_without_certificates_there_is_a_way_on(as_alice):
    page = as_alice.get(OWN).content.decode()
    assert "No certificate yet" in page
    assert as_alice.get(OWN + "transcript.csv").status_code == 200


def test_my_certificates_and_the_start_page_lead_there(as_alice, hers):
    for path in ("/certificates/", "/start/"):
        assert f'href="{OWN}"' in as_alice.get(path).content.decode()


@pytest.mark.parametrize(
    "path",
    [
        OWN,
        OWN + "transcript.pdf",
        OWN + "transcript.csv",
        LINKS,
        LINKS + "new/",
        OWN + "6a0b5c0e-0000-4000-8000-000000000001/",
    ],
)
def test_without_an_account_nobody_sees_any_of_it(client, path):
    assert client.get(path).url.startswith("/account/login/")


def test_as_many_queries_however_many_certificates(as_alice, alice):
    _, token = share(alice)

    def queries(path):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert as_alice.get(path).status_code == 200
        return len(asked)

    paths = (OWN, OWN + "transcript.csv", f"/shared/transcript/{token}", LINKS)
    issued(alice, **with_credits("ecmec", "2.00"))
    few = [queries(path) for path in paths * 2][len(paths) :]  # the first time fills caches
    for n in range(60):
        issued(alice, years_ago(n % 5), **with_credits(f"body-{n % 7}", "1.00"))
        share(alice)
    assert [queries(path) for path in paths] == few


def rows(answer):
    whole = answer.content.decode()
    assert whole.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(whole.removeprefix("\ufeff"))))


def test_the_spreadsheet_has_a_line_for_each(as_alice, hers):
    answer = as_alice.get(OWN + "transcript.csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Cache-Control"] == "private, no-store"
    first, *others = rows(answer)
    assert len(others) == 3
    told = {row["Number"]: row for row in (first, *others)}[hers["ecmec"].number]
    assert (told["Completed on"], told["Credits"], told["Unit"]) == ("2026-11-24", "2.00", "points")
    assert (told["Body"], told["Accreditation number"], told["Status"]) == ("The ecmec", "ecmec-7", "Valid")
    assert told["Verification page"].endswith(f"/verify/{hers['ecmec'].uuid}")
    assert [row["Course"] for row in rows(as_alice.get(OWN + "transcript.csv?scope=scheme-board"))] == ["Dose"]


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t="])
def test_no_cell_is_a_formula(as_alice, alice, begin):
    """FAULT: formula injection."""
    evil = f"{begin}HYPERLINK(1)"
    facts = {**with_credits("ecmec", "2.00"), "scheme_name": evil, "accreditation_number": evil, "credits_unit": evil}
    issued(alice, holder_name=evil, of={"course_title": evil}, **facts)
    (row,) = rows(as_alice.get(OWN + "transcript.csv"))
    for name in ("Course", "Body", "Accreditation number", "Unit", "Holder"):
        assert row[name] == f"'{evil}"


@pytest.fixture
def signing(settings, tmp_path):
    settings.SIGNING_FOLDER = tmp_path / "signing"


def test_the_pdf_says_the_same_in_both_standards_and_is_signed(as_alice, hers, signing):
    certificates.revoke(certificate=hers["old"], reason="error", at=NOON)
    answer = as_alice.get(OWN + "transcript.pdf")
    assert answer["Content-Type"] == "application/pdf"
    data = answer.content
    text = " ".join(" ".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(data)).split())
    for part in ("Alice Huber", "2026", "2025", "The board", "2 points", "Revoked", "Justification", "Without credits"):
        assert part in text, part
    for certificate in hers.values():
        assert certificate.number in text
    assert "alice@example.org" not in text
    reader = PdfReader(io.BytesIO(data))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    packet = root["/Metadata"].get_data().decode()
    for named in ('pdfaid:part="3"', 'pdfaid:conformance="A"', 'pdfuaid:part="1"'):
        assert named in packet
    assert "ecmec-7" in reader.attachments["transcript.csv"][0].decode()
    (key,) = SigningKey.objects.all()
    assert verdict_of(data, [key.fingerprint]) == Verdict.INTACT
    assert verdict_of(data.replace(b"Alice", b"Clara"), [key.fingerprint]) != Verdict.INTACT or b"Alice" not in data


def test_a_pdf_of_one_year_is_of_that_year_in_the_readers_language(as_alice, alice, hers, signing):
    alice.language = "de"
    alice.save()
    data = as_alice.get(OWN + "transcript.pdf?scope=year-2025").content
    text = " ".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(data))
    assert "2025" in text
    assert hers["ecmec"].number not in text
    assert "Transcript" not in text
    assert PdfReader(io.BytesIO(data)).trailer["/Root"]["/Lang"] == "de"


def test_without_a_key_nothing_leaves_unsigned(as_alice, hers, monkeypatch):
    def away(*, at):
        raise KeyAwayError("the token was taken out")

    monkeypatch.setattr(certificates, "signing_key", away)
    answer = as_alice.get(OWN + "transcript.pdf", follow=True)
    assert answer.redirect_chain == [(OWN, 302)]
    assert "cannot be signed right now" in answer.content.decode()


def test_files_are_not_made_without_end(as_alice, hers, signing, monkeypatch):
    monkeypatch.setattr("certificates.issuing.transcripts.views.signed_paper", lambda *_: b"%PDF")
    answers = [as_alice.get(OWN + "transcript.pdf").status_code for _ in range(11)]
    assert answers == [200] * 10 + [429]
