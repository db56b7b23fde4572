"""What every page type shares."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.models import Page


class PortalPage(Page):
    """A page with a lead sentence, a picture for cards and social media, and the day on which it was last reviewed."""

    lead = models.CharField(
        _("lead"), max_length=300, blank=True, help_text=_("One or two sentences for cards and search results.")
    )
    picture = models.ForeignKey(
        "portal_cms.PortalImage",
        verbose_name=_("picture"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    reviewed_on = models.DateField(_("reviewed on"), null=True, blank=True)

    content_panels: ClassVar[list[object]] = [*Page.content_panels, FieldPanel("lead")]
    promote_panels: ClassVar[list[object]] = [
        *Page.promote_panels,
        MultiFieldPanel([FieldPanel("picture"), FieldPanel("reviewed_on")], heading=_("Card and review")),
    ]

    class Meta:
        abstract = True
