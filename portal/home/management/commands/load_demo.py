"""``manage.py load_demo``: a campaign site, the four courses, a hospital with departments and staff.

Safe to run twice: what is there is known by its natural key (slug, code, name, address) and left alone.
"""

import unicodedata
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml
from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.text import slugify
from wagtail.models import Page

from campaign.pages.models import CampaignPage, HomePage
from certificates.compliance.actions import enter_evidence
from certificates.compliance.models import Requirement
from certificates.issuing.actions import issue
from certificates.issuing.designs.pictures import data_address
from certificates.issuing.models import Design, Signatory
from courses.catalogue.models import CoursePage
from courses.catalogue.outlines import outline_of
from courses.learning.actions import complete_step, enrol, open_step
from courses.learning.models import Completion
from courses.quizzes.actions import answer, start_attempt
from portal.accounts.actions import give_consent
from portal.accounts.models import User
from portal.audit.actions import record
from portal.audit.models import Entry
from portal.cms.models import BrandSettings
from portal.cms.richtext import from_markdown
from portal.core.clock import now
from portal.departments.models import Department, Membership, Organisation
from portal.home.demo.logins import DEMO_LOADED, LOGINS, PASSWORD
from portal.home.demo.staff import DEPARTMENTS, HOSPITAL, SIGNATORIES, SIGNED_SINCE, STAFF, TRAINED
from portal.home.management.commands.set_up_site import load_groups, load_home, load_notice, read_texts

DEMO = Path(__file__).resolve().parents[2] / "demo"
TEXTS, SIGNATURE = DEMO / "campaign.yaml", DEMO / "signature.png"


class Command(BaseCommand):
    help = "Load the demo; safe to run twice."

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("The demo has a known password: it is not loaded where PRODUCTION=true.")
        texts = yaml.safe_load(TEXTS.read_text(encoding="utf-8"))
        home = load_home(title=texts["home"]["title"])
        load_groups(home)
        load_notice(home, read_texts()["privacy"])
        name_controller(texts["responsible"])
        load_pages(home, texts)
        call_command("load_courses", stdout=self.stdout)
        call_command("load_schemes", stdout=self.stdout)
        link_home(home, texts["home"])
        load_hospital()
        load_certificates()
        load_drafts(home, texts["drafts"])
        if not Entry.objects.filter(verb=DEMO_LOADED).exists():
            record(DEMO_LOADED, home, at=now())
        self.stdout.write(f"Demo logins: {', '.join(LOGINS.values())}; password {PASSWORD}")


@transaction.atomic
def load_pages(home: HomePage, texts: dict[str, Any]) -> None:
    """The campaign pages below the home page."""
    for slug, body in (("call-for-action", call_for_action(texts["campaign"])), ("about", sections(texts["about"]))):
        if not CampaignPage.objects.child_of(home).filter(slug=slug).exists():
            text = texts["campaign" if slug == "call-for-action" else slug]
            home.add_child(
                instance=CampaignPage(
                    title=text["title"], slug=slug, lead=text.get("lead", "")[:300], body=body, show_in_menus=True
                )
            )


@transaction.atomic
def name_controller(text: dict[str, str]) -> None:
    """Who is responsible, where the privacy notice asks for it and nobody has said so."""
    brand = BrandSettings.load()
    if not (brand.controller or brand.contact):
        brand.controller, brand.contact = text["controller"].strip(), text["contact"]
        brand.save()


def sections(text: dict[str, Any]) -> list[tuple[str, Any]]:
    """Each heading of the text and what stands below it."""
    intro, *parts = text["text"].split("### ")
    blocks: list[tuple[str, Any]] = [("text", from_markdown(intro))]
    for part in parts:
        heading, _, below = part.partition("\n")
        blocks += [("heading", heading), ("text", from_markdown(below))]
    return blocks


def call_for_action(text: dict[str, Any]) -> list[tuple[str, Any]]:
    """The actions of the campaign as headings with text and evidence, then the pledge and the questions."""
    blocks: list[tuple[str, Any]] = [("text", from_markdown(text["intro"]))]
    for action in text["actions"]:
        blocks += [
            ("heading", action["title"]),
            ("text", from_markdown(action["text"])),
            ("note", {"kind": "info", "title": "Evidence", "text": f"<p>{action['evidence']}</p>"}),
        ]
    blocks.append(("note", {"kind": "key", "title": "Our pledge", "text": from_markdown(text["pledge"])}))
    items = [{"question": item["question"], "answer": from_markdown(item["answer"])} for item in text["faq"]]
    return [*blocks, ("questions", {"title": "Questions and answers", "items": items})]


@transaction.atomic
def link_home(home: HomePage, text: dict[str, Any]) -> None:
    """The home page's blocks, once the pages that its buttons lead to exist."""
    home.refresh_from_db()
    if home.body:
        return
    courses = Page.objects.child_of(home).filter(slug="courses").first()
    action = Page.objects.child_of(home).filter(slug="call-for-action").first()
    home.lead = text["hero_text"][:300]
    home.body = [
        (
            "hero",
            {
                "title": text["hero_title"],
                "text": text["hero_text"],
                "first_label": "See the courses",
                "first_page": courses,
                "second_label": "Call for action",
                "second_page": action,
            },
        ),
        ("cards", {"title": "", "cards": [{**card, "page": None} for card in text["cards"]]}),
        ("numbers", {"items": text["facts"]}),
        ("quote", text["quote"]),
    ]
    home.save_revision().publish()


def load_person(name: str, address: str, profession: str, language: str = "en") -> User:
    """A person with a confirmed address and the demo password."""
    user: User | None = User.objects.filter(email=address).first()
    if user is None:
        user = User.objects.create_user(
            address, PASSWORD, name=name, profession=profession, country="AT", language=language
        )
        give_consent(user=user, version=settings.CONSENT_VERSION, language=language)
    EmailAddress.objects.get_or_create(user=user, email=address, defaults={"verified": True, "primary": True})
    return user


@transaction.atomic
def load_hospital() -> None:
    """The hospital, its departments and staff, the four demo logins, and what the hospital asks of its people."""
    organisation, _ = Organisation.objects.get_or_create(name=HOSPITAL, defaults={"country": "AT"})
    departments = {
        name: Department.objects.get_or_create(organisation=organisation, name=name)[0] for name in DEPARTMENTS
    }
    admin = load_person("Dora Admin", LOGINS["administrator"], "other")
    if not admin.is_superuser:
        admin.is_superuser = admin.is_staff = True
        admin.save(update_fields=["is_superuser", "is_staff"])
    organiser = load_person("Carol Curtis", LOGINS["organiser"], "other")
    organiser.groups.add(Group.objects.get(name="Organisers"))
    people = [
        (load_person("Alice Huber", LOGINS["learner"], "radiologist"), "Radiology", "member", date(2022, 3, 1)),
        (load_person("Bob Berger", LOGINS["department lead"], "radiologist"), "Radiology", "lead", date(2019, 9, 1)),
    ]
    for name, profession, department, role, since in STAFF:
        address = f"{name.split()[-1].lower()}.{department.split()[0].lower()}@staff.demo.example"
        people.append((load_person(name, ascii_only(address), profession), department, role, since))
    for user, department, role, since in people:
        Membership.objects.get_or_create(
            user=user, department=departments[department], defaults={"role": role, "valid_from": since}
        )
    course = CoursePage.objects.filter(code="J", locale__language_code="en").first()
    for profession in ("radiologist", "referrer"):
        if course is not None:
            Requirement.objects.get_or_create(
                organisation=organisation,
                profession=profession,
                course=course,
                defaults={"every_months": 60, "valid_from": date(2024, 1, 1)},
            )


@transaction.atomic
def load_certificates() -> None:
    """Some of the staff took the course before: the same actions as in life, at dates that show every state."""
    today = now()
    course = CoursePage.objects.filter(code="J", locale__language_code="en").first()
    if course is None:
        return
    outline = outline_of(course)
    for name, days_ago in sorted(TRAINED.items(), key=lambda each: -each[1]):
        user = User.objects.get(name=name, email__endswith="demo.example")
        if Completion.objects.of(user).exists():
            continue
        if days_ago < SIGNED_SINCE:
            sign_certificates(course)
        at = today - timedelta(days=days_ago)
        enrolment = enrol(user=user, course=course, at=at)
        for lesson in outline.lessons():
            open_step(enrolment=enrolment, outline=outline, step=lesson, at=at)
            complete_step(enrolment=enrolment, outline=outline, step=lesson, at=at)
        attempt = start_attempt(enrolment=enrolment, outline=outline, quiz=course.quiz, at=at)
        for response in attempt.responses.select_related("question"):
            right = [str(choice.uuid) for choice in response.question.choices.filter(right=True)]
            answer(attempt=attempt, outline=outline, position=response.position, given=right, at=at)
        certificate = issue(completion=Completion.objects.of(user).get(), at=at)
        enter_evidence(certificate=certificate, at=at)


def sign_certificates(course: CoursePage) -> None:
    """From now on those of ``course`` are upright sheets that two people of the hospital sign."""
    design = Design.objects.filter(layout=Design.Layout.PORTRAIT).first()
    if design is None or design.signatories.exists():
        return
    drawn = data_address(SIGNATURE.read_bytes())
    design.signatories = [
        Signatory(name=name, role=role, picture=drawn if name == SIGNATORIES[0][0] else "")
        for name, role in SIGNATORIES
    ]
    design.courses = [course]
    design.save()


@transaction.atomic
def load_drafts(home: HomePage, texts: dict[str, Any]) -> None:
    """What lies on the organiser's desk: a draft of her own, and a page that an editor of the hospital handed in."""
    editor = User.objects.get(name="Ingrid Solberg", email__endswith="demo.example")
    editor.groups.add(Group.objects.get(name="Editors"))
    for user, text in (
        (User.objects.get(email=LOGINS["organiser"]), texts["organiser"]),
        (editor, texts["editor"]),
    ):
        slug = slugify(text["title"])
        if CampaignPage.objects.child_of(home).filter(slug=slug).exists():
            continue
        home.refresh_from_db()
        page = CampaignPage(title=text["title"], slug=slug, body=[("text", from_markdown(text["text"]))], live=False)
        home.add_child(instance=page)
        page.save_revision(user=user)
        if user == editor:
            page.get_workflow().start(page, user)


def ascii_only(text: str) -> str:
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
