"""What people write reaches a mail as they wrote it: the outbox renders what it is given as a template."""

import pytest
from django.core.mail import EmailMultiAlternatives
from post_office.models import Email

from portal.core.emails import Outbox, literal, send

pytestmark = pytest.mark.django_db
HOSTILE = "{% debug %} {{ x }} {# gone #} {% nothing %} {%{%"


def test_fault_63_a_name_is_no_template():
    certificate = {"holder_name": HOSTILE, "course_title": HOSTILE, "number": "AC-1"}
    context = {"certificate": certificate, "verify_url": "https://campus.example.org/verify/0"}
    send("certificate_ready", to="alice@example.org", language="en", context=context)
    email = Email.objects.get()
    assert HOSTILE in email.message
    assert HOSTILE in email.html_message


def test_fault_63_neither_in_mail_that_others_write():
    message = EmailMultiAlternatives(HOSTILE, f"Dear {HOSTILE}", "portal@example.org", ["alice@example.org"])
    message.attach_alternative(f"<p>{HOSTILE}</p>", "text/html")
    Outbox().send_messages([message])
    email = Email.objects.get()
    assert (email.subject, email.message, email.html_message) == (HOSTILE, f"Dear {HOSTILE}", f"<p>{HOSTILE}</p>")


def test_what_has_no_syntax_stays():
    assert literal("Dear Alice, 100 % {sure}") == "Dear Alice, 100 % {sure}"
