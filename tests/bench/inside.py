"""What runs inside the portal's own process for the bench: people at their desks, and certificates."""

import json
import sys
import time
from collections.abc import Callable
from functools import partial
from io import BytesIO

import psutil
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from weasyprint import HTML

from certificates.issuing import pdf, press
from certificates.issuing.actions import issue, signing_key
from certificates.issuing.models import Certificate
from courses.catalogue.models import CoursePage
from courses.catalogue.outlines import outline_of
from courses.learning.actions import complete_step, enrol
from courses.learning.models import Completion
from courses.quizzes.actions import start_attempt
from courses.quizzes.models import Draw
from portal.config import collector
from portal.core.clock import now
from tests.certificates.factories import make_completion
from tests.factories import UserFactory


def seat(people: int) -> None:
    """Enrol ``people`` in Justification, all lessons read, one attempt each with every question there is."""
    course = CoursePage.objects.get(code="J", locale__language_code="en")
    Draw.objects.update(count=50)
    outline = outline_of(course)
    desks = []
    for _ in range(people):
        user = UserFactory(email=f"bench-{time.monotonic_ns()}@example.org")
        enrolment = enrol(user=user, course=course, at=now())
        for lesson in outline.lessons():
            complete_step(enrolment=enrolment, outline=outline, step=lesson, at=now())
        attempt = start_attempt(enrolment=enrolment, outline=outline, quiz=course.quiz, at=now())
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.save()
        answers = [
            [response.position, str(response.question.choices.first().uuid)]
            for response in attempt.responses.select_related("question").order_by("position")
        ]
        desks.append({"session": session.session_key, "attempt": str(attempt.uuid), "answers": answers})
    print(json.dumps(desks))


def finish(people: int) -> None:
    """Completions of ``people`` whose certificates nobody has issued yet."""
    print(
        json.dumps(
            [make_completion(UserFactory(email=f"done-{time.monotonic_ns()}@example.org")).pk for _ in range(people)]
        )
    )


def timed(calls: list[Callable[[], object]]) -> None:
    """Say "ready", wait for a line, make the calls, and print when each began and ended (one clock for all processes)."""
    print("ready", flush=True)
    sys.stdin.readline()
    times = []
    for call in calls:
        begun = time.monotonic()
        call()
        times.append((begun, time.monotonic()))
    print(json.dumps(times), flush=True)


def warm() -> None:
    """What a worker does once in its life: it reads and makes fonts, style sheet and keys, and settles."""
    completion = make_completion(UserFactory(email=f"warm-{time.monotonic_ns()}@example.org"))
    issue(completion=completion, at=now())
    collector.settle()


def tasks(completions: list[int]) -> list[Callable[[], Certificate]]:
    """What a worker does for each: it asks for the completion, then row, credential, PDF, signature, file, hash, audit entry, mail."""
    return [partial(_issued, each) for each in completions]


def _issued(completion: int) -> Certificate:
    return issue(completion=Completion.objects.with_learner().get(pk=completion), at=now())


def issue_all(completions: list[int]) -> None:
    warm()
    timed(tasks(completions))


def compare(completions: list[int]) -> None:
    """Issue each, and after each make the same file with WeasyPrint and pyHanko alone: whatever else the machine does, it
    does to both. Prints the seconds of every issue, and of every bare call.
    """
    warm()
    issued, alone = [], []
    for task in tasks(completions):
        begun = time.perf_counter()
        certificate = task()
        issued.append(time.perf_counter() - begun)
        bare = bare_call(certificate)
        begun = time.perf_counter()
        bare()
        alone.append(time.perf_counter() - begun)
    print(json.dumps([issued, alone]))


def bare_call(certificate: Certificate) -> Callable[[], object]:
    """WeasyPrint in the standard of certificates and a PAdES signature of level B-B by pyHanko (EC P-256): the HTML of
    ``certificate``, the fonts, the style sheet and the key read before, and nothing that the portal adds. pyHanko is called as
    its manual calls it: it then signs twice, the first time to learn how much room the signature takes.
    """
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign.fields import SigSeedSubFilter
    from pyhanko.sign.signers import PdfSignatureMetadata, SimpleSigner, sign_pdf

    base, sheets, fonts = pdf.STATIC.as_uri() + "/", press.style(pdf.design_of(certificate)), press.fonts
    page, ours = pdf.html_of(certificate), signing_key(at=now()).signer
    signer = SimpleSigner(
        signing_cert=ours.signing_cert, signing_key=ours.signing_key, cert_registry=ours.cert_registry
    )
    metadata = PdfSignatureMetadata(field_name="Signature", md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES)

    def call() -> object:
        data = HTML(string=page, base_url=base).write_pdf(stylesheets=sheets, font_config=fonts, pdf_variant="pdf/a-3a")
        return sign_pdf(IncrementalPdfFileWriter(BytesIO(data)), metadata, signer=signer)

    return call


def grow(count: int, every: int) -> None:
    """Issue ``count`` certificates, and print the memory of this process in bytes before and after each ``every`` of them."""
    warm()
    process, sizes = psutil.Process(), []
    for n in range(count):
        if n % every == 0:
            sizes.append(process.memory_info().rss)
        completion = make_completion(UserFactory(email=f"grow-{time.monotonic_ns()}@example.org"))
        issue(completion=completion, at=now())
    print(json.dumps([*sizes, process.memory_info().rss]))


def addresses() -> None:
    """Where issued certificates are verified."""
    print(json.dumps([f"/verify/{each}" for each in Certificate.objects.issued().values_list("uuid", flat=True)[:200]]))
