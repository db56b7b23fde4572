"""GET of /activities."""

import pytest

from portal.core.clock import now
from portal.lrs import views
from portal.lrs.actions import store_statements
from portal.lrs.auth import local_authority
from portal.lrs.models import Statement
from tests.portal.lrs.conftest import LMS
from tests.portal.lrs.samples import statement, voiding
from tests.portal.lrs.shelves import HIKE, each_version


def about(name, iri=HIKE):
    return statement(object={"id": iri, "definition": {"name": name}})


def names(client, iri=HIKE):
    answer = client.send("GET", "activities", activityId=iri)
    assert answer.status_code == 200, answer.content
    return answer.json().get("definition", {}).get("name")


@each_version
def test_the_whole_activity_of_all_its_statements(credential_for, version):
    client = credential_for(version=version)
    client.post([about({"en": "meeting", "de": "Treffen"}), about({"fr": "réunion"}), about({"en": "x"}, HIKE + "/2")])
    client.post([about({"en": "Meeting"}), statement(object={"id": HIKE})])
    answer = client.send("GET", "activities", activityId=HIKE)
    assert answer.json() == {
        "objectType": "Activity",
        "id": HIKE,
        "definition": {"name": {"en": "Meeting", "de": "Treffen", "fr": "réunion"}},
    }
    assert answer["Content-Type"] == "application/json"
    assert answer["ETag"].startswith('"')
    head = client.send("HEAD", "activities", activityId=HIKE)
    assert (head.status_code, head.content, head["ETag"]) == (200, b"", answer["ETag"])


@each_version
def test_an_unknown_activity_is_told_by_its_id(credential_for, version):
    answer = credential_for(version=version).send("GET", "activities", activityId="urn:never:heard")
    assert (answer.status_code, answer.json()) == (200, {"objectType": "Activity", "id": "urn:never:heard"})


def test_statements_without_a_definition_do_not_hide_the_one_that_has_it(lms, monkeypatch):
    monkeypatch.setattr(views, "KNOWN_STATEMENTS", 2)
    lms.post(about({"en": "Hike"}))
    lms.post([statement(object={"id": HIKE}) for _ in range(5)])
    assert names(lms) == {"en": "Hike"}
    assert Statement.objects.filter(defined=True).count() == 1
    lms.post([about({"de": "a"}), about({"de": "b"})])
    assert names(lms) == {"de": "b"}, "the newest so many"


def test_a_long_page_of_definitions_ends_early(lms, monkeypatch):
    monkeypatch.setattr(views, "PAGE_BYTES", 3000)
    for language in ("en", "de", "fr"):
        lms.post(about({language: "x" * 2000}))
    assert list(names(lms)) == ["fr"]


def test_a_voided_statement_defines_nothing(lms):
    [uuid] = lms.post(about({"en": "Hike"})).json()
    lms.post(voiding(uuid))
    assert names(lms) is None


def test_who_reads_only_its_own_statements_knows_only_what_these_tell(credential_for, other):
    other.post(about({"en": "secret"}))
    mine = credential_for(LMS, ["statements/read/mine", "statements/write", "define"])
    assert names(mine) is None
    mine.post(about({"de": "Wandern"}))
    assert names(mine) == {"de": "Wandern"}
    assert names(credential_for(LMS, ["statements/write"])) is None
    assert names(credential_for(LMS, ["all/read"])) == {"en": "secret", "de": "Wandern"}


def test_what_the_portal_tells_is_known(lms):
    store_statements([about({"en": "Own"})], authority=local_authority(), at=now(), own=True)
    assert names(lms) == {"en": "Own"}


def test_a_long_iri(lms):
    iri = "https://example.org/" + "ü" * 3000
    lms.post(about({"en": "long"}, iri))
    assert names(lms, iri) == {"en": "long"}
    assert names(lms, iri + "u") is None


@each_version
@pytest.mark.parametrize(
    ("parameters", "path"),
    [
        ({}, "activityId"),
        ({"activityId": "hike"}, "activityId"),
        ({"activityId": ""}, "activityId"),
        ({"activityId": {"id": HIKE}}, "activityId"),
        ({"activityId": "https://example.org/\0"}, "activityId"),
        ({"activityid": HIKE}, "activityid"),
        ({"activityId": HIKE, "agent": "x"}, "agent"),
    ],
)
def test_parameters_are_judged(credential_for, version, parameters, path):
    answer = credential_for(version=version).send("GET", "activities", **parameters)
    assert (answer.status_code, answer.json()["path"]) == (400, path)


def test_only_get(lms):
    for method in ("PUT", "POST", "DELETE", "PATCH"):
        answer = lms.send(method, "activities", b"{}", activityId=HIKE)
        assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD, OPTIONS")


def test_a_fixed_number_of_queries(lms, django_assert_max_num_queries):
    lms.post([about({"en": str(n)}) for n in range(60)])
    with django_assert_max_num_queries(4):
        assert names(lms) == {"en": "59"}
