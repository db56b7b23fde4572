"""What every page shows of the tree of pages: the main navigation and the other languages."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import zip_longest
from urllib.parse import urljoin
from uuid import UUID
from weakref import WeakKeyDictionary

from django import template
from django.conf import settings
from django.http import HttpRequest
from django.template import Context
from django.templatetags.static import static
from django.utils.translation import get_language
from wagtail.blocks import StructValue
from wagtail.images.models import AbstractRendition
from wagtail.models import Page, Site

from portal.cms.menus import Entry, entries_of, site_for
from portal.cms.models import BrandSettings

register = template.Library()


@dataclass(frozen=True)
class Language:
    """A language of the portal; ``page`` is the translation of the page that is shown, ``next`` where to go on."""

    code: str
    name: str
    page: Page | None
    next: str

    @property
    def is_default(self) -> bool:
        return self.code == settings.LANGUAGE_CODE


@register.simple_tag(takes_context=True)
def menu(context: Context) -> list[Entry]:
    """The main navigation as the page that is shown stands in it."""
    request = context.get("request")
    if request is None:
        return []
    site = site_for(partial(Site.find_for_request, request))
    return [] if site is None else entries_of(site, request.path, get_language() or settings.LANGUAGE_CODE)


# The head and the language switch of one page ask the same.
_languages: WeakKeyDictionary[HttpRequest, list[Language]] = WeakKeyDictionary()


@register.simple_tag(takes_context=True)
def translations(context: Context) -> list[Language]:
    """Every language of the portal, each with the page in that language, or else the home page in it."""
    request = context.get("request")
    if request is None:
        return []
    if request not in _languages:
        _languages[request] = languages_of(request, context.get("page"))
    return _languages[request]


def languages_of(request: HttpRequest, shown: object) -> list[Language]:
    page = shown if isinstance(shown, Page) and shown.pk else None
    pages: dict[str, Page] = {}
    homes: dict[str, Page] = {}
    if page is not None:
        pages = {
            each.locale.language_code: each
            for each in page.get_translations(inclusive=True).live().select_related("locale")
        }
        site = Site.find_for_request(request)
        if site is not None:
            homes = {
                each.locale.language_code: each
                for each in site.root_page.get_translations(inclusive=True).live().select_related("locale")
            }
    languages = []
    for code, name in settings.LANGUAGES:
        target = pages.get(code) or homes.get(code)
        address = target.get_url(request) if target else None
        languages.append(Language(code, name, pages.get(code), address or request.get_full_path()))
    return languages


@dataclass(frozen=True)
class Notice:
    """The privacy notice: ``page`` is that of the organisers in the reader's language, None where there is none.

    Args:
        controller: name and postal address of the responsible body, empty while nobody has filled it in.
        contact: e-mail address of the same.
        version: of the notice, to which people consent when they sign up.
        key: what the page has in common with its translations.
    """

    controller: str
    contact: str
    version: str
    page: Page | None
    key: UUID | None


@register.simple_tag
def privacy_notice() -> Notice:
    kept = BrandSettings.objects.select_related("privacy_page").first() or BrandSettings()
    chosen = kept.privacy_page
    page = None
    if chosen is not None:
        in_language = Page.objects.live().filter(locale__language_code=get_language())
        page = in_language.filter(translation_key=chosen.translation_key).specific().first()
    key = chosen.translation_key if chosen else None
    return Notice(kept.controller, kept.contact, settings.CONSENT_VERSION, page, key)


@register.filter
def absolute(shown: Page | AbstractRendition) -> str:
    """The address of a page or picture as the world knows it, whatever the site in the CMS is called."""
    if isinstance(shown, Page):
        parts = shown.get_url_parts()
        return settings.PUBLIC_URL + parts[2] if parts else ""
    return urljoin(f"{settings.PUBLIC_URL}/", str(shown.url))


@register.simple_tag(takes_context=True)
def canonical(context: Context) -> str:
    """The one address of what is shown, without parameters; empty where there is no request."""
    request = context.get("request")
    return settings.PUBLIC_URL + request.path if request else ""


@register.simple_tag
def absolute_static(path: str) -> str:
    """The address of a static file as the world knows it."""
    return urljoin(f"{settings.PUBLIC_URL}/", static(path))


@register.filter
def choice_label(value: StructValue, name: str) -> str:
    """The label of a choice field of a block, in the language of the page."""
    labels = dict(value.block.child_blocks[name].field.choices)
    return str(labels.get(value[name], value[name]))


@register.filter
def beside(cells: Sequence[str], heads: Sequence[str]) -> list[tuple[str, str]]:
    """Each cell of a table row with the head of its column; a cell beyond the heads has none."""
    return list(zip_longest(list(heads)[: len(cells)], list(cells), fillvalue=""))
