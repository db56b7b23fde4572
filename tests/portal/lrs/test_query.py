"""GET of statements: filters, references, pages, formats."""

from datetime import UTC, datetime, timedelta

import orjson
import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.http import http_date

from portal.core.clock import now
from portal.lrs import querysets, views
from portal.lrs.actions import store_statements
from portal.lrs.auth import local_authority
from portal.lrs.models import Statement
from portal.lrs.querysets import REFERENCE_DEPTH
from tests.portal.lrs.parts import parts_of
from tests.portal.lrs.samples import ANNA, BEN, DID, new_id, statement, voiding

WEEK = "https://example.org/week"
CREW = {"objectType": "Group", "account": {"homePage": "https://lms.example.org", "name": "crew"}, "member": [ANNA]}


def referring(target, **changes):
    return statement(
        **{
            "actor": {"mbox": "mailto:teacher@example.org"},
            "verb": {"id": "https://example.org/confirmed"},
            "object": {"objectType": "StatementRef", "id": target},
            **changes,
        }
    )


@pytest.fixture
def store(lms):
    """Store one statement; its id."""

    def keep(**changes):
        answer = lms.post(statement(**changes))
        assert answer.status_code == 200, answer.content
        return answer.json()[0]

    return keep


def test_newest_first_and_turned(lms, store):
    ids = [store() for _ in range(3)]
    assert lms.ids() == ids[::-1]
    assert lms.ids(ascending="true") == ids
    assert lms.ids(ascending="false", limit="2") == ids[:0:-1]


def test_nothing_found_is_an_empty_list(lms):
    assert lms.get(verb="https://example.org/never").json() == {"statements": [], "more": ""}


def test_by_verb_and_registration(lms, store):
    store()
    registration = new_id()
    mine = store(verb={"id": "https://example.org/did"}, context={"registration": registration.upper()})
    assert lms.ids(verb="https://example.org/did") == [mine]
    assert lms.ids(registration=registration) == [mine]
    assert lms.ids(registration=registration, verb=DID) == []


def test_by_agent_as_actor_object_or_member(lms, store):
    actor = store(actor=BEN)
    what = store(object=BEN)
    member = store(actor={"objectType": "Group", "member": [ANNA, {**BEN, "name": "Ben"}]})
    group = store(actor={**CREW, "member": [BEN]})
    store(actor={**BEN, "account": {**BEN["account"], "name": "Ben"}})
    store(context={"instructor": BEN})
    store(object={"objectType": "SubStatement", **statement(actor=BEN)})
    assert lms.ids(agent=BEN, ascending="true") == [actor, what, member, group]
    assert lms.ids(agent={"objectType": "Group", "account": CREW["account"]}) == [group]


def test_by_agent_anywhere(lms, store):
    ids = [
        store(actor=BEN),
        store(context={"instructor": BEN}),
        store(context={"team": {"objectType": "Group", "member": [BEN]}}),
        store(object={"objectType": "SubStatement", **statement(actor=BEN)}),
        store(object={"objectType": "SubStatement", **statement(context={"instructor": BEN})}),
        store(object={"objectType": "SubStatement", **statement(object=BEN)}),
    ]
    store()
    assert lms.ids(agent=BEN, related_agents="true", ascending="true") == ids
    assert len(lms.ids(agent=lms.credential.authority, related_agents="true")) == 7
    assert lms.ids(agent=lms.credential.authority) == []


def test_agents_of_the_context_in_2_0(credential_for):
    newer = credential_for(version="2.0.0")
    coach = {"objectType": "contextAgent", "agent": BEN}
    crew = {"objectType": "contextGroup", "group": {"objectType": "Group", "member": [BEN]}}
    ids = newer.post(
        [statement(context={"contextAgents": [coach]}), statement(context={"contextGroups": [crew]})]
    ).json()
    assert newer.ids(agent=BEN, related_agents="true", ascending="true") == ids


def test_the_host_of_a_mailbox_has_no_case(lms, store):
    mine = store(actor={"mbox": "mailto:Ida@Example.org"})
    assert lms.ids(agent={"mbox": "mailto:Ida@example.ORG"}) == [mine]
    assert lms.ids(agent={"mbox": "mailto:ida@example.org"}) == []


def test_by_activity(lms, store):
    week = {"id": WEEK}
    direct = store(object=week)
    around = [store(context={"contextActivities": {key: week}}) for key in ("parent", "grouping", "category", "other")]
    inside = store(object={"objectType": "SubStatement", **statement(object=week)})
    deep = store(
        object={"objectType": "SubStatement", **statement(context={"contextActivities": {"parent": [week, week]}})}
    )
    store()
    assert lms.ids(activity=WEEK) == [direct]
    assert lms.ids(activity=WEEK, related_activities="true", ascending="true") == [direct, *around, inside, deep]


def test_since_is_after_and_until_is_up_to(lms):
    start = datetime(2026, 11, 24, 12, tzinfo=UTC)
    ids = []
    for n in range(3):
        with time_machine.travel(start + timedelta(seconds=n), tick=False):
            ids += lms.post(statement(timestamp="2001-01-01T00:00:00Z")).json()
    with time_machine.travel(start + timedelta(minutes=1), tick=False):
        assert lms.ids(since="2026-11-24T12:00:00Z", ascending="true") == ids[1:]
        assert lms.ids(until="2026-11-24T13:00:01+01:00", ascending="true") == ids[:2]
        assert lms.ids(since="2026-11-24T12:00:00.000Z", until="2026-11-24T12:00:01Z") == [ids[1]]


def test_who_refers_to_a_match_matches(lms, store):
    target = store(actor=BEN, object={"id": WEEK})
    first = store(**referring(target))
    second = store(**referring(first))
    store(**referring(new_id()))
    store(context={"statement": {"objectType": "StatementRef", "id": target}})
    for filters in ({"agent": BEN}, {"activity": WEEK}, {"agent": BEN, "activity": WEEK, "verb": DID}):
        assert lms.ids(**filters, ascending="true") == [target, first, second]
    assert lms.ids(agent=BEN, verb="https://example.org/confirmed") == [], "one statement meets all the filters"
    assert lms.ids(agent=BEN, related_agents="true", activity=WEEK, ascending="true") == [target, first, second]


def test_time_is_asked_of_the_referrer(lms):
    with time_machine.travel(datetime(2026, 11, 24, 12, tzinfo=UTC), tick=False):
        [target] = lms.post(statement(actor=BEN)).json()
    with time_machine.travel(datetime(2026, 11, 24, 13, tzinfo=UTC), tick=False):
        [referrer] = lms.post(referring(target)).json()
        assert lms.ids(agent=BEN, since="2026-11-24T12:30:00Z") == [referrer]
        assert lms.ids(agent=BEN, until="2026-11-24T12:30:00Z") == [target]


def test_a_voided_statement_is_hidden_and_its_referrers_are_not(lms, store):
    target = store(actor=BEN)
    referrer = store(**referring(target))
    [void] = lms.post(voiding(target)).json()
    assert lms.ids(agent=BEN, ascending="true") == [referrer, void]


def test_a_chain_of_references_is_followed_so_far_and_a_ring_ends(lms, store):
    chain = [store(actor=BEN)]
    for _ in range(REFERENCE_DEPTH + 2):
        chain.append(store(**referring(chain[-1])))
    assert lms.ids(agent=BEN, ascending="true") == chain[: REFERENCE_DEPTH + 1]
    one, two = new_id(), new_id()
    lms.post([referring(two, id=one, actor=ANNA), referring(one, id=two)])
    assert lms.ids(agent=ANNA, ascending="true") == [one, two]


@pytest.mark.parametrize("at_once", [1, 2, 3, 7])
def test_references_are_followed_a_few_at_a_time_with_the_same_end(lms, store, monkeypatch, at_once):
    matches = [store(actor=BEN), store(), store(actor=BEN, object={"id": WEEK}), store()]
    matches.append(store(**referring(matches[0], actor=BEN)))
    for target in (*matches, new_id(), *matches[:2], new_id()):
        store(**referring(store(**referring(target))))
    lms.post(voiding(matches[0]))
    lms.post([statement(actor=BEN) for _ in range(3)])
    asked = [
        {"ascending": ascending, "limit": limit, **filters}
        for ascending in ("true", "false")
        for limit in ("1", "3", "50")
        for filters in ({"agent": BEN}, {"activity": WEEK}, {"verb": DID}, {"agent": BEN, "verb": DID})
    ]
    whole = [lms.ids(**each) for each in asked]
    assert sum(map(len, whole)) > 100
    monkeypatch.setattr(querysets, "REFERENCES_AT_ONCE", at_once)
    assert [lms.ids(**each) for each in asked] == whole


def test_a_rare_match_costs_the_same_beside_many_references(lms, store, monkeypatch):
    monkeypatch.setattr(querysets, "REFERENCES_AT_ONCE", 5)
    target = store(actor=BEN, object={"id": WEEK})
    first = store(**referring(target))
    costs = []
    for _ in range(2):
        lms.post([referring(new_id()) for _ in range(30)])
        with CaptureQueriesContext(connection) as asked:
            assert lms.ids(activity=WEEK) == [first, target]
        costs.append(len(asked))
    assert costs[0] == costs[1]


@pytest.mark.parametrize("ascending", ["true", "false"])
def test_pages_follow_each_other_without_gap_or_repetition(lms, ascending):
    lms.post([statement() for _ in range(5)])
    lms.post([statement() for _ in range(4)])
    lms.post([statement(actor=BEN)])
    everything = lms.ids(agent=ANNA, ascending=ascending)
    page = lms.get(agent=ANNA, limit="4", ascending=ascending, format="ids").json()
    found = []
    while True:
        found += page["statements"]
        if not page["more"]:
            break
        lms.post(statement(actor=BEN))
        page = lms.get(page["more"]).json()
    assert [each["id"] for each in found] == everything
    assert len(everything) == 9
    assert found[-1]["actor"] == {"mbox": ANNA["mbox"]}, "the format holds for all pages"


def test_more_is_signed_and_holds_for_a_day_and_more(lms):
    lms.post([statement() for _ in range(3)])
    more = lms.get(limit="2").json()["more"]
    assert more.startswith("/xapi/statements?more=")
    with time_machine.travel(now() + timedelta(hours=25)):
        assert len(lms.get(more).json()["statements"]) == 1
    with time_machine.travel(now() + timedelta(hours=49)):
        assert lms.get(more).status_code == 400
    assert lms.get(more + "x").status_code == 400
    assert lms.get(more, headers={"Authorization": ""}).status_code == 401
    assert lms.get(more + "&limit=1").status_code == 400


def test_a_page_ends_early_when_its_texts_grow_long(lms, monkeypatch):
    monkeypatch.setattr(views, "PAGE_BYTES", 3000)
    ids = lms.post([statement(result={"response": "x" * 2000}) for _ in range(3)]).json()
    page, found = lms.get(ascending="true").json(), []
    for _ in range(3):
        found += [each["id"] for each in page["statements"]]
        assert len(page["statements"]) == 1
        page = lms.get(page["more"]).json() if page["more"] else page
    assert found == ids
    assert page["more"] == ""


@pytest.mark.parametrize("heap", [1, 700, 100_000])
def test_a_page_is_fetched_some_at_a_time_and_comes_whole(lms, monkeypatch, heap):
    ids = lms.post([statement(result={"response": "ä" * 10 * n}) for n in range(9)]).json()
    monkeypatch.setattr(views, "HEAP_BYTES", heap)
    for parameters in ({}, {"format": "ids"}, {"format": "canonical"}):
        assert lms.ids(ascending="true", **parameters) == ids
    (_, content), *data = parts_of(lms.get(ascending="true", attachments="true"))
    assert ([each["id"] for each in orjson.loads(content)["statements"]], data) == (ids, [])


def test_limit_zero_is_as_many_as_the_server_gives(lms, monkeypatch):
    monkeypatch.setattr(views, "PAGE_STATEMENTS", 3)
    lms.post([statement() for _ in range(5)])
    assert len(lms.ids(limit="0")) == len(lms.ids()) == len(lms.ids(limit="999999999")) == 3


def test_one_statement_exactly_as_stored(lms, store):
    uuid = store(result={"extensions": {"https://example.org/e": [1.50, None, {"ä": ""}]}})
    answer = lms.get(statementId=uuid.upper())
    row = Statement.objects.get()
    assert answer.content == row.body.encode()
    assert answer["Last-Modified"] == http_date(row.stored.timestamp())
    assert lms.get(voidedStatementId=uuid).status_code == 404
    assert lms.get(statementId=new_id()).status_code == 404


def test_head_is_get_without_the_body(lms, store):
    uuid = store()
    for parameters in ({"statementId": uuid}, {}, {"statementId": new_id()}, {"nonsense": "1"}):
        get, head = lms.get(**parameters), lms.head(**parameters)
        assert head.status_code == get.status_code
        assert head.content == b""
        assert head["Content-Length"] == str(len(get.content))
        assert head["X-Experience-API-Version"] == get["X-Experience-API-Version"]
        assert head["Content-Type"] == get["Content-Type"]


def test_formats(lms, store):
    uuid = store(
        actor={**ANNA, "name": "Anna"},
        verb={"id": DID, "display": {"en": "did", "de": "tat"}},
        object={"objectType": "Activity", "id": WEEK, "definition": {"name": {"en": "Week", "de": "Woche"}}},
    )
    short = lms.get(statementId=uuid, format="ids").json()
    assert (short["actor"], short["object"]) == ({"mbox": ANNA["mbox"]}, {"id": WEEK})
    [shown] = lms.get(format="canonical", headers={"Accept-Language": "de-CH, en;q=0.5"}).json()["statements"]
    assert shown["verb"]["display"] == {"de": "tat"}
    assert shown["object"]["definition"]["name"] == {"de": "Woche"}
    assert shown["actor"]["name"] == "Anna"


def test_attachments_true_is_a_multipart_of_the_statements_alone_where_nothing_is_attached(lms, store):
    uuid = store()
    [(head, body)] = parts_of(lms.get(attachments="true"))
    assert head == {"Content-Type": "application/json"}
    assert orjson.loads(body)["statements"][0]["id"] == uuid


@pytest.mark.parametrize(
    ("parameters", "path"),
    [
        ({"agents": "x"}, "agents"),
        ({"Agent": "x"}, "Agent"),
        ({"StatementId": new_id()}, "StatementId"),
        ({"statementId": "1"}, "statementId"),
        ({"statementId": new_id(), "voidedStatementId": new_id()}, "voidedStatementId"),
        ({"statementId": new_id(), "limit": "1"}, "limit"),
        ({"voidedStatementId": new_id(), "agent": "{}"}, "agent"),
        ({"agent": "anna"}, "agent"),
        ({"agent": "[]"}, "agent"),
        ({"agent": '{"mbox":"anna"}'}, "agent.mbox"),
        ({"agent": '{"mbox":"mailto:a@b","mbox":"mailto:a@b"}'}, "agent"),
        ({"agent": '{"objectType":"Group","member":[{"mbox":"mailto:a@b"}]}'}, "agent"),
        ({"verb": "did"}, "verb"),
        ({"activity": "week"}, "activity"),
        ({"registration": "1"}, "registration"),
        ({"related_agents": "True"}, "related_agents"),
        ({"related_activities": "1"}, "related_activities"),
        ({"ascending": ""}, "ascending"),
        ({"since": "yesterday"}, "since"),
        ({"until": "2026-11-24T12:00:00-00:00"}, "until"),
        ({"limit": "-1"}, "limit"),
        ({"limit": "1.0"}, "limit"),
        ({"limit": "٣"}, "limit"),
        ({"format": "Exact"}, "format"),
        ({"attachments": "yes"}, "attachments"),
        ({"more": "x"}, "more"),
        ({"limit": ["1", "2"]}, "limit"),
    ],
)
def test_parameters_are_judged(lms, parameters, path):
    answer = lms.get(**parameters)
    assert answer.status_code == 400
    assert answer.json()["path"] == path


def test_more_parameters_than_django_takes(lms):
    assert lms.get("/xapi/statements?" + "&".join(f"p{n}=1" for n in range(6000))).status_code == 400


def test_a_list_takes_a_fixed_number_of_queries(lms, django_assert_max_num_queries):
    lms.post([statement(object=BEN) for _ in range(60)])
    with django_assert_max_num_queries(5):
        assert len(lms.ids(agent=BEN, verb=DID)) == 60
    with CaptureQueriesContext(connection) as queries:
        lms.ids(agent=BEN, related_agents="true", limit="2")
    assert len(queries) <= 6


def test_what_the_portal_tells_is_found_by_its_learner(lms, alice, settings):
    account = {"account": {"homePage": settings.PUBLIC_URL, "name": str(alice.uuid)}}
    [uuid] = store_statements([statement(actor=account)], authority=local_authority(), at=now(), own=True)
    assert lms.ids(agent=account) == [str(uuid)]
