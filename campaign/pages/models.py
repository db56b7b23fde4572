"""The pages of a campaign."""

from typing import ClassVar

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField

from portal.cms.blocks import CampaignBody
from portal.cms.pages import PortalPage


class HomePage(PortalPage):
    body = StreamField(CampaignBody(), verbose_name=_("body"), blank=True)

    content_panels: ClassVar[list[object]] = [*PortalPage.content_panels, FieldPanel("body")]
    template = "pages/campaign_pages/home_page.html"
    parent_page_types: ClassVar[list[str]] = ["wagtailcore.Page"]
    max_count_per_parent = None

    class Meta:
        verbose_name = _("home page")


class CampaignPage(PortalPage):
    """A page of text, numbers, cards and questions: call for action, about, privacy."""

    body = StreamField(CampaignBody(), verbose_name=_("body"), blank=True)

    content_panels: ClassVar[list[object]] = [*PortalPage.content_panels, FieldPanel("body")]
    template = "pages/campaign_pages/campaign_page.html"

    class Meta:
        verbose_name = _("campaign page")
