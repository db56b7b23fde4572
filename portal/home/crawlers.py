"""What is told to search engines: where not to look, and every page there is with its translations."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from wagtail.models import Page

from portal.cms.templatetags.cms import absolute

# What begins like one of these is for people at work; the longest match counts, whatever the order.
CLOSED = ("/account/", "/certificates/", "/cms/", "/departments/", "/i18n/", "/kit/", "/learn/", "/start/", "/xapi/")
OPEN = ("/account/login/", "/account/privacy/", "/account/signup/")
SITEMAP = "/sitemap.xml"


def rules() -> str:
    """robots.txt (RFC 9309). It hides nothing: what is not for everybody asks who is there."""
    lines = [
        "User-agent: *",
        *(f"Allow: {path}" for path in OPEN),
        *(f"Disallow: {path}" for path in CLOSED),
        "",
        f"Sitemap: {settings.PUBLIC_URL}{SITEMAP}",
    ]
    return "\n".join(lines) + "\n"


class PageMap(Sitemap[Page]):
    """Live pages that everybody may see, in all languages; pages that only mirror another language are left out."""

    def items(self) -> Iterable[Page]:
        pages: Iterable[Page] = (
            Page.objects.live().public().filter(depth__gt=1, alias_of=None).select_related("locale").order_by("path")
        )
        return pages

    def lastmod(self, item: Page) -> datetime | None:
        changed: datetime | None = item.last_published_at or item.latest_revision_created_at
        return changed

    def get_urls(self, page: int | str = 1, site: Any = None, protocol: str | None = None) -> list[dict[str, Any]]:
        shown = [(each, absolute(each)) for each in self.paginator.page(page).object_list]
        languages: Mapping[UUID, list[dict[str, str]]] = defaultdict(list)
        for each, address in shown:
            languages[each.translation_key].append({"lang_code": each.locale.language_code, "location": address})
        return [
            {
                "location": address,
                "lastmod": self.lastmod(each),
                "alternates": found if len(found := languages[each.translation_key]) > 1 else [],
            }
            for each, address in shown
            if address
        ]
