"""The server's clock goes back and forward between stores: lists stay in order, and no page loses or repeats anything."""

from datetime import datetime, timedelta

import pytest
import time_machine

from portal.core.clock import now
from portal.lrs.forwarding.stream import Stream
from portal.lrs.horizon import settled
from portal.lrs.models import Receiver, Statement
from tests.factories import NOON
from tests.portal.lrs.samples import new_id, statement, voiding
from tests.portal.lrs.shelves import HIKE

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# Right, back, far forward, right again, back to a moment that was before, over the end of a month and of a year.
JUMPS = [0 * HOUR, -HOUR, DAY, HOUR / 60, -HOUR, 30 * DAY, -DAY, 45 * DAY, HOUR]


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def jumped(lms, clock):
    """Two statements at each time of ``JUMPS``, in the order of storing: the moment and id of each."""
    kept = []
    for jump in JUMPS:
        clock.move_to(NOON + jump)
        kept += [(now(), uuid) for uuid in lms.post([statement(), statement()]).json()]
    clock.move_to(NOON)
    return kept


def walk(lms, between=lambda: None, **parameters):
    """The statements of all pages; ``between`` happens after each."""
    answer = lms.get(limit="3", **parameters)
    while True:
        page = answer.json()
        yield from page["statements"]
        if not page["more"]:
            return
        between()
        answer = lms.get(page["more"])


def stored(found):
    return [datetime.fromisoformat(each["stored"]) for each in found]


@pytest.mark.parametrize("asked", [{}, {"activity": HIKE}], ids=["all", "of an activity"])
def test_fault_78_pages_are_in_the_order_of_stored_and_whole(lms, jumped, asked):
    upwards, downwards = list(walk(lms, ascending="true", **asked)), list(walk(lms, **asked))
    assert stored(upwards) == sorted(moment for moment, _ in jumped)
    assert upwards == downwards[::-1]
    assert {each["id"]: moment for each, moment in zip(upwards, stored(upwards), strict=True)} == {
        uuid: moment for moment, uuid in jumped
    }
    for moment, _ in jumped:
        said = moment.isoformat()
        later, earlier = list(walk(lms, since=said, ascending="true")), list(walk(lms, until=said))
        assert later == [each for each in upwards if datetime.fromisoformat(each["stored"]) > moment]
        assert earlier[::-1] + later == upwards, "since and until part them"


@pytest.mark.parametrize("ascending", ["true", "false"])
def test_fault_78_nothing_is_lost_or_told_twice_by_a_walk_while_the_clock_jumps(lms, clock, jumped, ascending):
    jumps = iter([-HOUR, HOUR, -DAY, HOUR / 2, DAY / 2, -HOUR, 0 * HOUR])

    def jump():
        clock.move_to(NOON + next(jumps, 0 * HOUR))
        assert lms.post(statement()).status_code == 200

    found = list(walk(lms, jump, ascending=ascending))
    assert stored(found) == sorted(stored(found), reverse=ascending == "false")
    ids = [each["id"] for each in found]
    assert len(ids) == len(set(ids))
    assert set(ids) >= {uuid for _, uuid in jumped}, "all that was there when it began"


def test_fault_78_what_is_forwarded_is_in_the_order_of_arrival(lms, clock, jumped):
    """A receiver is sent what came since, wherever the clock stood: by numbers, and not by moments."""
    assert list(Statement.objects.order_by("pk").values_list("stored", flat=True)) == [moment for moment, _ in jumped]
    half = Statement.objects.get(uuid=jumped[7][1]).pk
    stretch = Stream(Receiver(version="2.0.0")).after(half, horizon=settled(), limit=50)
    assert [str(each.uuid) for batch in stretch.batches for each in batch] == [uuid for _, uuid in jumped[8:]]


def test_fault_78_a_statement_is_stored_once_and_voided_whatever_the_clock_says(lms, clock):
    uuid = new_id()
    for jump in (DAY, -DAY, 0 * HOUR):
        clock.move_to(NOON + jump)
        assert lms.post(statement(id=uuid)).json() == [uuid]
    assert stored(lms.list()) == [NOON + DAY], "the first one stays"
    assert lms.post(statement(id=uuid, result={"success": True})).status_code == 409
    assert lms.post(voiding(uuid)).status_code == 200
    assert lms.get(statementId=uuid).status_code == 404
    assert lms.get(voidedStatementId=uuid).status_code == 200
