import pytest

from portal.core.clock import now
from portal.lrs.forwarding.actions import (
    Begin,
    set_up_receiver,
)
from portal.lrs.models import Receiver
from tests.portal.lrs.forwarding.outside import KEY, SECRET, outside_store
from tests.portal.lrs.samples import new_id


@pytest.fixture
def store():
    with outside_store() as found:
        yield found


@pytest.fixture
def receiver_for(db, store):
    def make(*, begin=Begin.ALL, since=None, secret=SECRET, paused=False, **more):
        given = {"name": f"Store {new_id()}", "endpoint": store.address, "key": KEY, **more}
        return set_up_receiver(
            receiver=Receiver(**given), secret=secret, begin=begin, since=since, paused=paused, at=now()
        )

    return make


@pytest.fixture
def receiver(receiver_for):
    return receiver_for()
