"""The main navigation: which pages stand in it, kept for a minute in the cache and forgotten when a page changes."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from django.conf import settings
from django.core.cache import cache
from django.db.models import Q
from django.utils.translation import gettext
from wagtail.models import Page, Site

from portal.core.nearby import Nearby

BELOW = 8
SECONDS = 60
NEAR_SECONDS = 5
_SITE = "menu.site"


@dataclass(frozen=True)
class Entry:
    """A page of the site in the menu.

    Args:
        current: "page" on the page itself, "true" below it, else empty: a value for ``aria-current``.
        lead: what the section is about.
        below: the first ``BELOW`` pages of the section; empty for a page that stands alone.
    """

    title: str
    url: str
    current: str = ""
    lead: str = ""
    below: "Sequence[Entry]" = ()


_near: Nearby[list[Entry]] = Nearby("menu", seconds=NEAR_SECONDS)
_near_site: Nearby[int] = Nearby("menu.site", seconds=NEAR_SECONDS)


def entries_of(site: int, path: str, language: str) -> list[Entry]:
    """The home page, its children that are shown in menus and the course catalogue, each with the pages below it.

    Args:
        site: its number.
        path: of the page that is shown.
    """
    kept = _near.asked(_place(site, language), partial(_asked, site, language), shared_seconds=SECONDS)
    if not kept:
        return []
    home, *others = kept
    return [
        replace(home, current="page" if home.url == path else ""),
        *(_seen_from(path, each) for each in others),
    ]


def site_for(find: Callable[[], Site | None]) -> int | None:
    """The number of the site that answers, which is the only one of nearly every portal; else ``find`` tells.

    Wagtail asks the database for each page, a sixth of the time of a small one. Nothing that a visitor sent is kept.
    """
    only = _near_site.asked(_SITE, _only_site, shared_seconds=SECONDS)
    if only:
        return only
    site = find()
    return site.pk if site else None


def _only_site() -> int:
    """0 where there are several, or one for some addresses only."""
    sites = list(Site.objects.values_list("pk", "is_default_site")[:2])
    return sites[0][0] if len(sites) == 1 and sites[0][1] else 0


def root_of(site: Site | None, language: str) -> Page | None:
    """The home page in ``language``; the site's own one where it is not translated."""
    if site is None:
        return None
    root: Page = site.root_page
    if root.locale.language_code == language:
        return root
    translated: Page | None = (
        root.get_translations().live().filter(locale__language_code=language).select_related("locale").first()
    )
    return translated or root


def forget() -> None:
    """What stands in a menu has changed."""
    sites = Site.objects.values_list("pk", flat=True)
    cache.delete_many([_SITE, *(_place(site, code) for site in sites for code, _ in settings.LANGUAGES)])
    _near.end_all()
    _near_site.end(_SITE)


def _place(site: int, language: str) -> str:
    return f"menu.{site}.{language}"


def _asked(number: int, language: str) -> list[Entry]:
    site = Site.objects.select_related("root_page__locale").filter(pk=number).first()
    if site is None:  # deleted a moment ago
        return []
    root = root_of(site, language) or site.root_page
    shown = (
        root.get_descendants()
        .live()
        .public()
        .filter(Q(show_in_menus=True) | Q(content_type__model__in=("courseindexpage", "coursepage")))
        .select_related("locale")
        .defer_streamfields()
    )
    below: dict[str, list[Page]] = {}
    for page in shown.filter(depth=root.depth + 2):
        below.setdefault(page.path[: -page.steplen], []).append(page)
    return [
        replace(_entry_of(root, site), title=gettext("Home")),
        *(
            _entry_of(page, site, below.get(page.path, ())[:BELOW])
            for page in shown.filter(depth=root.depth + 1).specific()
        ),
    ]


def _entry_of(page: Page, site: Site, below: Iterable[Page] = ()) -> Entry:
    url = page.get_url(current_site=site) or "/"
    return Entry(page.title, url, "", getattr(page, "lead", ""), [_entry_of(each, site) for each in below])


def _seen_from(path: str, entry: Entry) -> Entry:
    current = "page" if path == entry.url else "true" if path.startswith(entry.url) else ""
    return replace(entry, current=current, below=[_seen_from(path, each) for each in entry.below])
