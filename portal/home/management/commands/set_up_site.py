"""``manage.py set_up_site``: what a portal needs besides its tables, from the start page to the courses.

Safe to run twice: what is there is left as its editors have it; only the site's address follows ``PUBLIC_URL``.
"""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml
from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from wagtail.models import (
    Collection,
    GroupApprovalTask,
    GroupCollectionPermission,
    GroupPagePermission,
    Locale,
    Page,
    Site,
)

from campaign.pages.models import CampaignPage, HomePage
from portal.cms.models import BrandSettings
from portal.cms.richtext import from_markdown

TEXTS = Path(__file__).resolve().parents[2] / "texts" / "site.yaml"
FILE_RIGHTS = ("add", "change", "choose")
EDITOR_MODELS = ("quiz", "question", "questionbank")
CREDIT_MODELS = ("scheme", "accreditation", "evaluationquestion", "design")


class Command(BaseCommand):
    help = "Make the start page, groups, privacy notice and courses of a new portal; safe to run twice."

    def handle(self, *args: Any, **options: Any) -> None:
        texts = read_texts()
        home = load_home(title=settings.WAGTAIL_SITE_NAME)
        load_groups(home)
        load_notice(home, texts["privacy"])
        call_command("load_courses", stdout=self.stdout)
        call_command("load_schemes", stdout=self.stdout)
        open_home(home, texts["home"])
        self.stdout.write(f"The portal is set up for {settings.PUBLIC_URL}")
        brand = BrandSettings.load()
        if not (brand.controller and brand.contact):
            self.stdout.write(
                "Still to do: name the responsible body and its contact in the CMS, under Settings, Brand;"
                " the privacy notice shows them."
            )


def read_texts() -> dict[str, Any]:
    texts: dict[str, Any] = yaml.safe_load(TEXTS.read_text(encoding="utf-8"))
    return texts


@transaction.atomic
def load_home(*, title: str) -> HomePage:
    """The home page as root of the default site, which has the host and port of ``PUBLIC_URL``.

    Raises:
        CommandError: the default site begins at a page that somebody made and that is no home page.
    """
    for code, _ in settings.LANGUAGES:
        Locale.objects.get_or_create(language_code=code)
    site = Site.objects.filter(is_default_site=True).select_related("root_page").first()
    begins = site.root_page.specific if site else None
    if begins is not None and not isinstance(begins, HomePage) and not is_welcome(begins):
        raise CommandError(
            f"The default site begins at “{begins}”, which is no home page."
            " Make a home page in the CMS, choose it as root of the site (Settings, Sites), and run this again."
        )
    home = begins if isinstance(begins, HomePage) else add_home(title)
    address = urlsplit(settings.PUBLIC_URL)
    port = address.port or (443 if address.scheme == "https" else 80)
    found = {"hostname": address.hostname, "port": port, "root_page": home}
    Site.objects.update_or_create(is_default_site=True, defaults=found, create_defaults={**found, "site_name": title})
    return home


def is_welcome(page: Page) -> bool:
    """Wagtail's own page of a new database, with nothing below it."""
    return type(page) is Page and page.slug == "home" and page.is_leaf()


def add_home(title: str) -> HomePage:
    """The home page below the root; Wagtail's welcome page makes room."""
    language = Locale.objects.get(language_code=settings.LANGUAGE_CODE)
    known: HomePage | None = HomePage.objects.filter(depth=2, locale=language).first()
    if known:
        return known
    root = Page.objects.get(depth=1)
    for page in root.get_children():
        if is_welcome(page.specific):
            page.delete()
    root.refresh_from_db()
    home: HomePage = root.add_child(instance=HomePage(title=title, slug="home", locale=language))
    return home


@transaction.atomic
def load_groups(home: HomePage) -> None:
    """Organisers publish pages and quizzes and look at what is handed in; Editors write drafts."""
    enter = Permission.objects.get(content_type__app_label="wagtailadmin", codename="access_admin")
    for name, page_rights in (
        ("Organisers", ("add", "change", "publish", "lock", "unlock")),
        ("Editors", ("add", "change")),
    ):
        group, _ = Group.objects.get_or_create(name=name)
        group.permissions.add(enter)
        if name == "Organisers":
            group.permissions.add(
                *Permission.objects.filter(content_type__app_label="quizzes", content_type__model__in=EDITOR_MODELS),
                *Permission.objects.filter(content_type__app_label="issuing", content_type__model__in=CREDIT_MODELS),
                *Permission.objects.filter(content_type__app_label="wagtail_localize", codename="submit_translation"),
            )
            for task in GroupApprovalTask.objects.filter(workflow_tasks__workflow=home.get_workflow()):
                task.groups.add(group)
        for right in page_rights:
            permission = Permission.objects.get(content_type__app_label="wagtailcore", codename=f"{right}_page")
            GroupPagePermission.objects.get_or_create(group=group, page=home, permission=permission)
        # Wagtail asks for the rights on its own models, whichever models stand in their place.
        files = Permission.objects.filter(
            content_type__app_label__in=["wagtailimages", "wagtaildocs"],
            codename__in=[f"{right}_{kind}" for right in FILE_RIGHTS for kind in ("image", "document")],
        )
        for permission in files:
            GroupCollectionPermission.objects.get_or_create(
                group=group, collection=Collection.get_first_root_node(), permission=permission
            )


@transaction.atomic
def load_notice(home: HomePage, text: dict[str, Any]) -> None:
    """The privacy notice as a page that editors change, chosen in the settings of the portal."""
    brand = BrandSettings.load()
    if brand.privacy_page is not None:
        return
    brand.privacy_page = Page.objects.child_of(home).filter(slug="privacy").first() or home.add_child(
        instance=CampaignPage(title=text["title"], slug="privacy", body=[("text", from_markdown(text["text"]))])
    )
    brand.save()


@transaction.atomic
def open_home(home: HomePage, text: dict[str, Any]) -> None:
    """The opening of an empty home page, with the way to the courses."""
    home.refresh_from_db()
    if home.body:
        return
    hero = {
        "title": text["hero_title"],
        "text": text["hero_text"],
        "first_label": text["courses_label"],
        "first_page": Page.objects.child_of(home).filter(content_type__model="courseindexpage").first(),
    }
    home.lead = text["hero_text"][:300]
    home.body = [("hero", hero)]
    home.save_revision().publish()
