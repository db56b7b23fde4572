"""What tests of forwarding do again and again."""

from portal.lrs.models import Delivery
from tests.portal.lrs.samples import new_id, statement


def state(receiver):
    return Delivery.objects.get(receiver=receiver)


def send_many(lms, count, **changes):
    ids = [new_id() for _ in range(count)]
    assert lms.post([statement(id=each, **changes) for each in ids]).status_code == 200
    return ids
