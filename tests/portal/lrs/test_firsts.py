"""The quick way to the first statements of a list finds what the plain one finds."""

import itertools
from uuid import UUID

from portal.core.clock import now
from portal.lrs.auth import authenticate
from portal.lrs.cursor import Cursor
from portal.lrs.firsts import firsts
from portal.lrs.indexing import identifier
from portal.lrs.iri import index_key
from portal.lrs.models import Statement
from portal.lrs.parameters import Query
from portal.lrs.permissions import readable_statements
from portal.lrs.querysets import Wanted
from tests.portal.lrs.samples import ANNA, BEN, DID, new_id, statement, voiding
from tests.portal.lrs.test_query import CREW, WEEK, referring


def test_the_quick_way_to_the_first_finds_what_the_plain_one_finds(credential_for):
    client = credential_for(tenant="north")
    registration = new_id()
    parent = {"contextActivities": {"parent": [{"id": WEEK}]}}
    ids = []
    for actor in (ANNA, BEN, CREW):
        for context in ({}, parent, {"instructor": BEN, "registration": registration}):
            ids += client.post(statement(actor=actor, context=context)).json()
            ids += client.post(statement(actor=actor, object={"id": WEEK}, context=context)).json()
    client.post([voiding(ids[1]), referring(ids[0]), referring(ids[4], object=BEN), referring(ids[7])])
    credential_for(tenant="south").post([statement(context=parent), statement(actor=BEN, object={"id": WEEK})])
    moment = Statement.objects.order_by("pk")[7].stored
    asked = itertools.product(
        [identifier(ANNA), identifier(BEN), ""],
        [index_key(DID), ""],
        [index_key(WEEK), ""],
        [None, UUID(registration)],
        [True, False],
        [True, False],
        [None, moment],
    )
    authority = authenticate(client.basic, at=now())
    found = 0
    for agent, verb, activity, session, wide, ascending, since in asked:
        wanted = Wanted(agent, verb, activity, session, wide, wide)
        query = Query(wanted, since=since, until=None, limit=0, ascending=ascending)
        readable = readable_statements(authority)
        plain = readable.valid().between(since, None).places(wanted, ascending=ascending, limit=7, among=readable)
        quick = firsts(authority, query, None, limit=7)
        assert [each[:3] for each in quick] == [each[:3] for each in plain], query
        found += len(plain)
        if len(plain) > 2:
            last = Cursor({}, plain[1].stored, plain[1].id)
            assert [each.id for each in firsts(authority, query, last, limit=5)] == [each.id for each in plain[2:]]
    assert found > 200
