"""FAULT 64: one mail, however often the outside mail server refuses it, and never two."""

import email
from datetime import timedelta
from email import policy
from pathlib import Path

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.mail.backends.base import BaseEmailBackend
from post_office import mail
from post_office.connections import connections
from post_office.models import STATUS, Email

from portal.core.tasks import deliver_waiting_mail, forget_mail
from tests.factories import NOON

pytestmark = pytest.mark.django_db


class MailServer(BaseEmailBackend):
    """The outside: what it took, and what it does when the next message comes."""

    taken: list[str] = []
    answers: list[BaseException | None] = []

    def send_messages(self, email_messages):
        for message in email_messages:
            trouble = self.answers.pop(0) if self.answers else None
            if isinstance(trouble, Exception):
                raise trouble
            self.taken.append(message.to[0])
            if trouble is not None:
                raise trouble
        return len(email_messages)


@pytest.fixture(autouse=True)
def server(settings):
    MailServer.taken, MailServer.answers = [], []
    settings.POST_OFFICE = {**settings.POST_OFFICE, "BACKENDS": {"default": f"{__name__}.MailServer"}}
    yield MailServer
    connections.close()  # a worker that "died" left its connection open: the next test would send its mail here


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


def queue(to="alice@example.org"):
    return mail.send(recipients=[to], subject="Your certificate", message="It is ready.")


def test_fault_64_a_refused_mail_waits_longer_each_time_and_is_sent_once(server, clock):
    server.answers = [ConnectionRefusedError("down"), TimeoutError("4xx"), OSError("5xx")]
    message = queue()
    waits = []
    while message.status != STATUS.sent:
        deliver_waiting_mail()
        message.refresh_from_db()
        if message.status == STATUS.requeued:
            waits.append(message.scheduled_time - message.scheduled_time.__class__.now(message.scheduled_time.tzinfo))
            assert deliver_waiting_mail() == 0, "before its time it stays"
            clock.move_to(message.scheduled_time + timedelta(seconds=1))
    assert waits == sorted(waits)
    assert len(set(waits)) == 3
    assert server.taken == ["alice@example.org"]
    clock.shift(timedelta(days=1))
    assert deliver_waiting_mail() == 0
    assert server.taken == ["alice@example.org"]


def test_fault_64_one_refused_address_does_not_hold_up_the_others(server):
    server.answers = [OSError("5xx")]
    queue("first@example.org")
    queue("second@example.org")
    assert deliver_waiting_mail() == 1
    assert server.taken == ["second@example.org"]


def test_fault_64_what_is_refused_for_good_is_kept_as_failed(server, clock, settings):
    server.answers = [OSError("5xx")] * 100
    message = queue()
    for _ in range(30):
        deliver_waiting_mail()
        clock.shift(timedelta(hours=2))
    message.refresh_from_db()
    assert message.status == STATUS.failed
    assert message.logs.count() == settings.POST_OFFICE["MAX_RETRIES"] + 1
    assert server.taken == []


def test_fault_64_a_worker_that_dies_after_the_server_took_the_mail_sends_no_second(server, clock):
    server.answers = [SystemExit()]
    message = queue()
    with pytest.raises(SystemExit):
        deliver_waiting_mail()
    message.refresh_from_db()
    assert message.status == STATUS.failed
    clock.shift(timedelta(days=1))
    deliver_waiting_mail()
    assert server.taken == ["alice@example.org"]


def test_mail_of_the_embedded_installation_is_a_readable_file(settings, tmp_path):
    settings.POST_OFFICE = {**settings.POST_OFFICE, "BACKENDS": {"default": "portal.core.mailbox.MailFolder"}}
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    queue('"../../etc/alice"@example.org')
    queue("zoe+news@example.org")
    assert deliver_waiting_mail() == 2
    files = sorted(Path(tmp_path).rglob("*"))
    assert all(file.parent == tmp_path / "mail" for file in files if file.is_file())
    messages = [email.message_from_bytes(file.read_bytes(), policy=policy.default) for file in files if file.is_file()]
    assert {message["Subject"] for message in messages} == {"Your certificate"}
    assert not [file for file in files if file.name.startswith(".")]


def test_mail_is_forgotten_after_a_fortnight(clock):
    queue()
    deliver_waiting_mail()
    clock.shift(timedelta(days=13))
    forget_mail()
    assert Email.objects.count() == 1
    clock.shift(timedelta(days=2))
    forget_mail()
    assert not Email.objects.exists()


@pytest.mark.parametrize(
    "to", ["alice@example.org\r\nBcc: victim@example.org", "alice@example.org\nvictim@example.org", "a,b@example.org"]
)
def test_fault_62_no_second_recipient_by_a_line_break(server, to):
    with pytest.raises(ValidationError):
        queue(to)
    deliver_waiting_mail()
    assert server.taken == []
