"""The evaluation form: who gave it is known, what she said is nobody's; and what the authors see."""

import json
import random

import pytest
from django.contrib.auth.models import Group, Permission
from wagtail.models import GroupPagePermission

from certificates.issuing.models import Certificate, Claim, EvaluationAnswer, EvaluationGiven, EvaluationQuestionText
from certificates.issuing.tasks import issue_certificate, sweep
from portal.audit.models import Entry
from portal.privacy.registry import holders
from tests.certificates.factories import make_completion
from tests.certificates.schemes import accredit, ask, make_own, make_scheme
from tests.factories import NOON, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def completion(alice, course):
    return make_completion(alice, course)


@pytest.fixture
def address(completion):
    return f"/certificates/credits/{completion.enrolment.uuid}/evaluation/"


@pytest.fixture
def insists(course):
    """A body that asks for the evaluation."""
    scheme = make_scheme("ecmec", needs_evaluation=True)
    accredit(scheme, course)
    return scheme


@pytest.fixture
def as_carol(db, course):
    """She edits courses."""
    carol = UserFactory(name="Carol Curtis")
    group = Group.objects.create(name="Authors")
    change = Permission.objects.get(content_type__app_label="wagtailcore", codename="change_page")
    GroupPagePermission.objects.create(group=group, page=course, permission=change)
    carol.groups.add(group)
    from django.test import Client

    client = Client()
    client.force_login(carol)
    return client


def give(client, course, answers, *, user=None):
    """Another learner completes ``course`` and answers."""
    user = user or UserFactory()
    completion = make_completion(user, course)
    issue_certificate(completion.pk)
    client.force_login(user)
    form = {f"q{question.pk}": answer for question, answer in answers.items()}
    answer = client.post(f"/certificates/credits/{completion.enrolment.uuid}/evaluation/", form)
    assert answer.status_code == 302, answer.content.decode()
    return completion


def results(as_carol, course):
    return as_carol.get(f"/certificates/evaluations/{course.translation_key}/").content.decode()


# --- giving it -------------------------------------------------------------------------------------------------------


def test_the_certificate_waits_for_the_evaluation(as_alice, completion, insists, address):
    aims, level, better = ask("aims"), ask("level", "choice", insists), ask("better", "text", required=False)
    issue_certificate(completion.pk)
    sweep()
    assert not Certificate.objects.exists()
    page = as_alice.get(address).content.decode()
    assert "The ecmec asks for this before your certificate is made." in page
    assert "5 – I agree strongly" in page
    assert "Too hard" in page
    as_alice.post(address, {f"q{aims.pk}": "4", f"q{level.pk}": "1", f"q{better.pk}": ""})
    issue_certificate(completion.pk)
    assert Certificate.objects.get().credits == 2
    assert sorted(EvaluationAnswer.objects.values_list("question__code", "value", "text")) == [
        ("aims", 4, ""),
        ("level", 1, ""),
    ]


def test_with_the_broker_away_the_sweep_issues_after_the_evaluation(as_alice, completion, insists, address):
    aims = ask("aims")
    sweep()
    as_alice.post(address, {f"q{aims.pk}": "4"})
    sweep()
    assert Certificate.objects.get().issued_at


def test_what_is_missing_is_told_and_nothing_typed_is_lost(as_alice, completion, insists, address):
    aims, better = ask("aims"), ask("better", "text", required=False)
    issue_certificate(completion.pk)
    answer = as_alice.post(address, {f"q{better.pk}": "More <cases>"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "What of aims? – Choose one answer." in page
    assert "More &lt;cases&gt;" in page
    assert as_alice.post(address, {f"q{aims.pk}": "6"}).status_code == 422
    assert as_alice.post(address, {f"q{aims.pk}": "3", f"q{better.pk}": "x" * 2001}).status_code == 422
    assert not EvaluationAnswer.objects.exists()
    assert not EvaluationGiven.objects.exists()


def test_it_is_given_once(as_alice, completion, insists, address):
    aims = ask("aims")
    issue_certificate(completion.pk)
    for value in ("4", "1"):
        assert as_alice.post(address, {f"q{aims.pk}": value}).status_code == 302
    assert EvaluationAnswer.objects.get().value == 4


def test_where_nobody_insists_it_is_offered_and_keeps_nothing_back(as_alice, completion, address):
    make_own()
    aims = ask("aims")
    issue_certificate(completion.pk)
    assert Certificate.objects.get().issued_at
    card = f"/certificates/card/{completion.enrolment.uuid}/"
    assert address in as_alice.get(card).content.decode()
    as_alice.post(address, {f"q{aims.pk}": "5"})
    assert EvaluationGiven.objects.get().completion == completion
    assert address not in as_alice.get(card).content.decode()


def test_a_body_that_insists_without_a_question_keeps_nothing_back(completion, insists):
    issue_certificate(completion.pk)
    assert Certificate.objects.get().issued_at


def test_questions_are_those_of_the_body_in_the_readers_language(client, course, insists):
    question = ask("aims", scheme=insists)
    EvaluationQuestionText.objects.create(
        question=question, language="de", text="Hat der Kurs gehalten, was er versprach?"
    )
    ask("other", scheme=make_scheme("chamber"))
    ask("english")
    ask("old", retired=True)
    ilse = UserFactory(language="de")
    completion = make_completion(ilse, course)
    issue_certificate(completion.pk)
    client.force_login(ilse)
    page = client.get(f"/certificates/credits/{completion.enrolment.uuid}/evaluation/").content.decode()
    assert "Hat der Kurs gehalten, was er versprach?" in page
    assert '<span lang="en">What of english?</span>' in page
    assert "What of other?" not in page
    assert "What of old?" not in page


# --- anonymous -------------------------------------------------------------------------------------------------------


def test_no_answer_leads_to_a_person():
    """Its columns are these: no person, no time, nothing that counts up, nothing that ties it to the others of a form."""
    fields = {field.attname for field in EvaluationAnswer._meta.concrete_fields}
    assert fields == {
        "id",
        "question_id",
        "course_key",
        "course_version",
        "accreditation_id",
        "value",
        "text",
        "released",
    }
    assert EvaluationAnswer._meta.pk.get_internal_type() == "UUIDField"
    assert {field.attname for field in EvaluationGiven._meta.concrete_fields} == {"id", "completion_id"}


def test_the_log_knows_that_and_not_what(client, course):
    better = ask("better", "text")
    make_own()
    give(client, course, {better: "The third case."})
    assert Entry.objects.filter(verb="gave evaluation").count() == 1
    assert not [entry for entry in Entry.objects.all() if "third case" in json.dumps(entry.data)]
    assert not Entry.objects.filter(target_type="issuing.evaluationanswer").exists()


def test_shown_answers_are_written_anew_in_another_order(client, course):
    aims = ask("aims")
    make_own()
    for value in ("1", "2", "3", "4"):
        give(client, course, {aims: value})
    before = set(EvaluationAnswer.objects.values_list("pk", flat=True))
    give(client, course, {aims: "5"})
    assert EvaluationAnswer.objects.shown().count() == 5
    assert not before & set(EvaluationAnswer.objects.values_list("pk", flat=True))


# --- what authors see ------------------------------------------------------------------------------------------------


def test_fault_57_results_of_fewer_than_five_are_not_shown(client, as_carol, course):
    aims, better = ask("aims"), ask("better", "text", required=False)
    make_own()
    for n in range(4):
        give(client, course, {aims: "5", better: f"Words number {n}"})
    page = results(as_carol, course)
    assert page.count("Not enough answers yet.") == 2
    assert "Words number" not in page
    give(client, course, {aims: "5"})
    page = results(as_carol, course)
    assert "5 answers" in page
    assert "Words number" not in page
    give(client, course, {aims: "1", better: "Words number 5"})
    assert "Words number 2" in results(as_carol, course)


def test_fault_57_the_sixth_answer_is_not_told_by_looking_before_and_after(client, as_carol, course):
    aims = ask("aims")
    make_own()
    for _ in range(5):
        give(client, course, {aims: "5"})
    before = results(as_carol, course)
    for _ in range(4):
        give(client, course, {aims: "1"})
        assert _same(results(as_carol, course)) == _same(before)
    give(client, course, {aims: "1"})
    assert _same(results(as_carol, course)) != _same(before)


def _same(page):
    return page.split("<h1>")[1].split("</main>")[0]


def test_fault_57_counts_below_five_are_suppressed_with_another(client, as_carol, course):
    aims = ask("aims")
    make_own()
    values = ["5"] * 8 + ["4"] * 5 + ["2"] * 2
    random.Random(3).shuffle(values)
    for value in values:
        give(client, course, {aims: value})
    page = results(as_carol, course)
    assert "15 answers" in page
    assert page.count("<td>not shown</td>") == 2  # the twos, and the fours beside them
    assert "<td>8</td>" in page
    assert "<td>5</td>" not in page
    assert "(to the nearest half)" in page


def test_only_who_may_edit_the_course_sees_its_results(client, as_alice, as_carol, course):
    path = f"/certificates/evaluations/{course.translation_key}/"
    assert as_carol.get(path).status_code == 200
    assert course.title in as_carol.get("/certificates/evaluations/").content.decode()
    assert as_alice.get(path).status_code == 404
    assert "You edit no course" in as_alice.get("/certificates/evaluations/").content.decode()
    client.logout()
    assert client.get(path).status_code == 302


def test_results_take_as_many_queries_however_many_answers(client, as_carol, course, django_assert_max_num_queries):
    questions = [ask(f"q{n}") for n in range(4)]
    make_own()
    for _ in range(5):
        give(client, course, dict.fromkeys(questions, "4"))
    with django_assert_max_num_queries(30):
        results(as_carol, course)


# --- hers ------------------------------------------------------------------------------------------------------------


def test_her_data_names_the_claim_and_her_identity_number_is_erased(client, alice, course):
    accredit(make_scheme("chamber", needs_identity=True), course)
    ask("aims")
    completion = make_completion(alice, course)
    issue_certificate(completion.pk)
    client.force_login(alice)
    client.post(f"/certificates/credits/{completion.enrolment.uuid}/details/", {"identity_number": "EFN 123456"})
    (holder,) = (each for each in holders() if each.name == "credits")
    ((name, pieces),) = holder.export(alice)
    told = json.loads(b"".join(pieces))
    assert (name, told["scheme"], told["identity_number"]) == ("claims.jsonl", "chamber", "EFN 123456")
    assert told["gave_evaluation"] is False
    assert holder.erase(alice, NOON) == {"identity numbers": 1}
    assert holder.erase(alice, NOON) == {}
    assert Claim.objects.get().identity_number == ""
