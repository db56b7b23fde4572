"""Forwarding by organisation: whose statements they are is asked of the memberships at their time."""

from datetime import date
from hashlib import sha1

import pytest
import time_machine

from portal.core.clock import now
from portal.lrs.audiences import groups, people_of
from portal.lrs.forwarding.actions import Begin, set_up_receiver
from portal.lrs.forwarding.sender import forward
from portal.lrs.models import Receiver
from tests.factories import NOON, DepartmentFactory, MembershipFactory, UserFactory
from tests.portal.lrs.forwarding.outside import KEY, SECRET, outside_store
from tests.portal.lrs.samples import new_id, statement

pytestmark = pytest.mark.django_db


def mbox(user):
    return {"mbox": f"mailto:{user.email}"}


def account(user, settings):
    return {"account": {"homePage": settings.PUBLIC_URL, "name": str(user.uuid)}}


def test_an_organisation_gets_what_its_people_did_while_they_belonged_to_it(department, lms, settings):
    inside, gone, outside = UserFactory(), UserFactory(), UserFactory()
    MembershipFactory(department=department, user=inside, valid_from=date(2026, 11, 1))
    MembershipFactory(department=department, user=gone, valid_from=date(2026, 1, 1), valid_to=date(2026, 11, 20))
    MembershipFactory(department=DepartmentFactory(), user=outside)
    digest = sha1(mbox(inside)["mbox"].encode(), usedforsecurity=False).hexdigest()
    wanted = [
        statement(actor=mbox(inside)),
        statement(actor=account(inside, settings)),
        statement(actor={"mbox_sha1sum": digest}),
        # the last minute of the last day in Vienna, which is an hour ahead of UTC
        statement(actor=mbox(gone), timestamp="2026-11-20T22:59:59Z"),
    ]
    unwanted = [
        statement(actor=mbox(inside), timestamp="2026-10-31T12:00:00Z"),
        statement(actor=mbox(gone), timestamp="2026-11-20T23:00:00Z"),
        statement(actor=mbox(gone)),
        statement(actor=mbox(outside)),
        statement(actor=mbox(outside), context={"instructor": mbox(inside)}),
    ]
    for each in (*wanted, *unwanted):
        each["id"] = new_id()
    with outside_store() as store, time_machine.travel(NOON, tick=False):
        assert lms.post([*unwanted, *wanted]).status_code == 200
        receiver = set_up_receiver(
            receiver=Receiver(
                name="Donau",
                endpoint=store.address,
                key=KEY,
                audience=f"organisation:{department.organisation.uuid}",
            ),
            secret=SECRET,
            begin=Begin.ALL,
            since=None,
            paused=False,
            at=now(),
        )
        forward(receiver.pk)
    assert store.ids == [each["id"] for each in wanted]


def test_the_people_of_an_organisation_are_one_question(department, django_assert_num_queries):
    for _ in range(30):
        MembershipFactory(department=department)
    with django_assert_num_queries(2):
        assert len(people_of(f"organisation:{department.organisation.uuid}")) == 90


def test_groups_have_names_and_unknown_ones_nobody(department):
    [(label, several)] = groups()
    assert (str(label), several) == (
        "Organisations",
        [(f"organisation:{department.organisation.uuid}", "Donau Hospital")],
    )
    for name in ("organisation:", "organisation:x", f"organisation:{new_id()}", "ward:1", ""):
        assert people_of(name) == {}
