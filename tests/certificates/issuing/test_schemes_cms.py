"""Bodies, accreditations and questions in the CMS, and what the portal ships of them."""

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command

from certificates.issuing.cme.importing import load_shipped
from certificates.issuing.models import Accreditation, Certificate, EvaluationAnswer, EvaluationQuestion, Scheme
from certificates.issuing.tasks import issue_certificate
from portal.audit.models import Entry
from tests.certificates.factories import make_completion
from tests.certificates.schemes import accredit, ask, make_own, make_scheme
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
LANGUAGES = {"en", "de", "es", "fr", "it", "pl"}


@pytest.fixture
def as_dora(client, db):
    client.force_login(UserFactory(name="Dora", is_superuser=True, is_staff=True))
    return client


def texts(prefix, *rows):
    """The rows of an inline panel, as its form sends them."""
    form = {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": 0}
    form |= {f"{prefix}-MIN_NUM_FORMS": 1, f"{prefix}-MAX_NUM_FORMS": 1000}
    for n, row in enumerate(rows):
        form |= {f"{prefix}-{n}-{name}": value for name, value in row.items()}
        form |= {f"{prefix}-{n}-ORDER": n + 1}
    return form


SCHEME = {
    "code": "chamber",
    "rank": "20",
    "in_use": "on",
    "needs_accreditation": "on",
    "credit_minutes": "45",
    "step": "1",
    "maximum": "",
    "professions": ["radiologist", "referrer"],
    "pass_mark": "70",
    "minimum_minutes": "0",
    "source": "Rules of the chamber",
    "edition": "2025",
    "verified_by": "Prof. Dr. Read It",
}
ROW = {"language": "en", "name": "Chamber of Physicians", "unit": "points", "wording": "At most {maximum} {unit}."}
QUESTION = {"code": "pace", "kind": "choice", "scheme": "", "required": "on", "rank": "5"}


# --- bodies ----------------------------------------------------------------------------------------------------------


def test_a_body_is_entered_in_the_cms(as_dora):
    as_dora.post("/cms/snippets/issuing/scheme/add/", {**SCHEME, **texts("texts", ROW)})
    scheme = Scheme.objects.get()
    assert (scheme.professions, scheme.pass_mark, scheme.text_in("pl").name) == (
        ["radiologist", "referrer"],
        70,
        "Chamber of Physicians",
    )
    entry = Entry.objects.get(target_type="issuing.scheme")
    assert entry.data["step"] == "1"
    assert "Read It" not in str(entry.data)


@pytest.mark.parametrize(
    ("wording", "told"),
    [
        ("At most {hours}.", "Nothing can be filled in for {hours}. What can be: {course}, {credits}"),
        ("At most {maximum.", "A brace has no partner."),
    ],
    ids=["unknown place", "lonely brace"],
)
def test_a_wording_that_cannot_be_filled_in_is_refused(as_dora, wording, told):
    page = as_dora.post(
        "/cms/snippets/issuing/scheme/add/", {**SCHEME, **texts("texts", {**ROW, "wording": wording})}
    ).content.decode()
    assert told in page
    assert "Rules of the chamber" in page
    assert not Scheme.objects.exists()


def test_an_identity_number_without_a_name_is_refused(as_dora):
    given = {**SCHEME, "needs_identity": "on", **texts("texts", ROW)}
    page = as_dora.post("/cms/snippets/issuing/scheme/add/", given).content.decode()
    assert "Enter in every language what this number is called" in page


def test_who_may_enter_the_cms_only_may_not(client, db):
    from django.contrib.auth.models import Permission

    carol = UserFactory()
    carol.user_permissions.add(Permission.objects.get(codename="access_admin"))
    client.force_login(carol)
    for model in ("scheme", "accreditation", "evaluationquestion"):
        assert client.get(f"/cms/snippets/issuing/{model}/add/").status_code == 302


# --- accreditations --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("missing", ["number", "valid_from", "valid_to", "source", "verified_by"])
def test_what_is_granted_is_proven(course, missing):
    with pytest.raises(ValidationError) as refused:
        accredit(make_scheme(), course, **{missing: None if missing.startswith("valid") else ""})
    assert "What is granted needs this" in str(refused.value.message_dict[missing])


def test_a_body_that_nobody_verified_grants_nothing(course):
    with pytest.raises(ValidationError) as refused:
        accredit(make_scheme(verified_by=""), course)
    assert "Nobody has read the rules" in str(refused.value.message_dict["scheme"])


@pytest.mark.parametrize(
    ("facts", "field", "told"),
    [
        ({"credits": "1.70"}, "credits", "in steps of 0.50"),
        ({"credits": "9.00"}, "credits", "at most 6.00"),
        ({"valid_to": "2025-12-31"}, "valid_to", "before the first one"),
    ],
    ids=["between steps", "above the maximum", "window upside down"],
)
def test_numbers_that_the_body_does_not_give_are_refused(course, facts, field, told):
    from datetime import date

    facts = {name: date.fromisoformat(value) if name == "valid_to" else value for name, value in facts.items()}
    with pytest.raises(ValidationError) as refused:
        accredit(make_scheme(maximum="6.00"), course, **facts)
    assert told in str(refused.value.message_dict[field])


def test_no_two_of_one_body_cover_the_same_day(course):
    from datetime import date

    scheme = make_scheme()
    first = accredit(scheme, course)
    first.full_clean()  # itself is no other
    with pytest.raises(ValidationError) as refused:
        accredit(scheme, course, number="again", valid_from=date(2026, 12, 31), valid_to=date(2028, 1, 1))
    assert "covers a day of this window" in str(refused.value.message_dict["valid_from"])
    accredit(scheme, course, number="next", valid_from=date(2027, 1, 1), valid_to=date(2028, 1, 1))


def test_an_accreditation_is_entered_in_the_cms(as_dora, course):
    scheme = make_scheme()
    given = {
        "scheme": scheme.pk,
        "course": course.pk,
        "course_version": "1.0",
        "credits": "1.5",
        "status": "granted",
        "number": "A-1",
        "valid_from": "2026-01-01",
        "valid_to": "2027-12-31",
        "interests": "Dr. Author: none",
        "source": "Letter",
        "verified_by": "Dora",
    }
    as_dora.post("/cms/snippets/issuing/accreditation/add/", given)
    assert Accreditation.objects.get().number == "A-1"
    assert "A-1" in as_dora.get("/cms/snippets/issuing/accreditation/").content.decode()
    entry = Entry.objects.get(target_type="issuing.accreditation")
    assert (entry.data["number"], "Dr. Author" in str(entry.data)) == ("A-1", False)


# --- questions -------------------------------------------------------------------------------------------------------


def test_a_question_is_made_with_as_many_answers_in_every_language(as_dora):
    english = {"language": "en", "text": "The pace?", "options": "Slow\nRight\nFast"}
    german = {"language": "de", "text": "Das Tempo?", "options": "Langsam\nRichtig"}
    path = "/cms/snippets/issuing/evaluationquestion/add/"
    page = as_dora.post(path, {**QUESTION, **texts("texts", english, german)}).content.decode()
    assert "as many in every language" in page
    as_dora.post(path, {**QUESTION, **texts("texts", english, {**german, "options": "Langsam\nRichtig\nSchnell"})})
    assert EvaluationQuestion.objects.get().text_in("de").choices == ["Langsam", "Richtig", "Schnell"]


def test_a_scale_has_no_answers_of_its_own(as_dora):
    row = {"language": "en", "text": "The pace?", "options": "Slow\nFast"}
    page = as_dora.post(
        "/cms/snippets/issuing/evaluationquestion/add/", {**QUESTION, "kind": "scale", **texts("texts", row)}
    ).content.decode()
    assert "only a question “One of several” has any" in page


def test_a_question_that_was_answered_keeps_its_meaning(as_dora, course):
    question = ask("pace", "choice")
    EvaluationAnswer.objects.create(question=question, course_key=course.translation_key, course_version="1.0", value=1)
    text = question.texts.get()
    row = {"id": text.pk, "language": "en", "text": "The pace, please?", "options": "Slow\nFast"}
    form = {**QUESTION, **texts("texts", row), "texts-INITIAL_FORMS": 1}
    path = f"/cms/snippets/issuing/evaluationquestion/edit/{question.pk}/"
    assert "Learners have answered this question" in as_dora.post(path, form).content.decode()
    form["texts-0-options"] = "Slow\nRight\nFast"  # worded anew
    as_dora.post(path, form)
    assert EvaluationQuestion.objects.get().text_in("en").text == "The pace, please?"


# --- shipped ---------------------------------------------------------------------------------------------------------


def test_what_is_shipped_is_loaded_once_and_belongs_to_the_editors():
    call_command("load_schemes")
    Scheme.objects.filter(code="eaccme").update(verified_by="Dora")
    call_command("load_schemes")
    assert Scheme.objects.get(code="eaccme").verified_by == "Dora"
    assert load_shipped() == (0, 0)
    assert Scheme.objects.count() == 2


def test_what_is_shipped_is_in_every_language():
    load_shipped()
    for each in (*Scheme.objects.all(), *EvaluationQuestion.objects.all()):
        assert set(each.texts.values_list("language", flat=True)) == LANGUAGES
        each.full_clean()
        for text in each.texts.all():
            text.full_clean()
    for question in EvaluationQuestion.objects.filter(kind="choice"):
        assert len({len(text.choices) for text in question.texts.all()}) == 1


def test_what_nobody_has_read_in_the_original_prints_nothing(course):
    """The EACCME is shipped so that an accreditation can be applied for; it is not verified and has granted nothing."""
    load_shipped()
    assert Scheme.objects.get(code="eaccme").verified_by == ""
    completion = make_completion(course=course)
    issue_certificate(completion.pk)
    assert Certificate.objects.newest_of(completion).scheme_code == "own-hours"
    with pytest.raises(ValidationError):
        accredit(Scheme.objects.get(code="eaccme"), course)


def test_own_hours_always_apply(course):
    make_own()
    for profession in ("nurse", "other", "physicist"):
        completion = make_completion(UserFactory(profession=profession), course)
        issue_certificate(completion.pk)
        assert Certificate.objects.newest_of(completion).credits
