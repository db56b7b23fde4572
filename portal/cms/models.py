"""Custom image and document, so that every picture carries its description and its credit."""

import base64
import math
from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting
from wagtail.documents.models import AbstractDocument, Document
from wagtail.images.models import AbstractImage, AbstractRendition, Image

from portal.cms.filetypes import contradicts
from portal.core.brand import Brand, unreadable
from portal.core.colour import Unreadable, is_colour


class PortalImage(AbstractImage):
    credit = models.CharField(_("credit and licence"), max_length=200, blank=True)

    admin_form_fields: ClassVar[tuple[str, ...]] = (*Image.admin_form_fields, "credit")


class PortalRendition(AbstractRendition):
    image = models.ForeignKey(PortalImage, on_delete=models.CASCADE, related_name="renditions")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["image", "filter_spec", "focal_point_key"], name="one_rendition_a_filter"),
        ]


class PortalDocument(AbstractDocument):
    credit = models.CharField(_("credit and licence"), max_length=200, blank=True)

    admin_form_fields: ClassVar[tuple[str, ...]] = (*Document.admin_form_fields, "credit")

    def clean(self) -> None:
        """Refuse a new file that is not what its name says, such as a page of markup named ``.pdf``."""
        super().clean()
        if self.file and not self.file._committed:
            self.file.seek(0)
            beginning = self.file.read(16)
            self.file.seek(0)
            if contradicts(self.file.name, beginning):
                raise ValidationError(
                    {"file": _("This file is not what its name says. Please save it anew and try again.")}
                )


def hexadecimal(text: str) -> None:
    if not is_colour(text.lower()):
        raise ValidationError(_("“%(text)s” is not a colour such as #0a5566."), params={"text": text})


def refusal(fault: Unreadable) -> ValidationError:
    """What an editor is told of a colour that people could not read."""
    return ValidationError(
        _(
            "%(colour)s on %(ground)s has a contrast of %(ratio)s : 1, which many people cannot read."
            " %(needed)s : 1 is needed; %(better)s would do."
        ),
        params={
            "colour": fault.colour,
            "ground": fault.ground,
            # Down, not to the nearest: 4.496 is not 4.5.
            "ratio": f"{math.floor(fault.ratio * 100) / 100:.2f}",
            "needed": f"{fault.needed:g}",
            "better": fault.better,
        },
    )


@register_setting(icon="site", order=10)
class BrandSettings(BaseGenericSetting):
    """Name, logo and colours of whoever hosts the portal; colours that people could not read are refused."""

    name = models.CharField(
        _("name of the portal"), max_length=60, default=Brand.name, help_text=_("In the header and in mails.")
    )
    tagline = models.CharField(
        _("line in the footer"), max_length=120, blank=True, help_text=_("Empty: what the portal says of itself.")
    )
    issuer = models.CharField(
        _("issuing body"), max_length=120, blank=True, help_text=_("On certificates. Empty: the name of the portal.")
    )
    logo = models.ForeignKey(
        PortalImage,
        verbose_name=_("logo"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_(
            "Stands on the colour of the header and on the white of certificates: best a round or square mark."
        ),
    )
    brand = models.CharField(
        _("colour of links and buttons"), max_length=7, default=Brand.brand, validators=[hexadecimal]
    )
    deep = models.CharField(_("colour of the header"), max_length=7, default=Brand.deep, validators=[hexadecimal])
    accent = models.CharField(_("accent colour"), max_length=7, default=Brand.accent, validators=[hexadecimal])

    controller = models.TextField(
        _("responsible body"),
        blank=True,
        max_length=500,
        help_text=_("Name and postal address of who answers for personal data. Stands in the privacy notice."),
    )
    contact = models.EmailField(
        _("contact e-mail address"), blank=True, help_text=_("For questions about personal data.")
    )
    privacy_page = models.ForeignKey(
        "wagtailcore.Page",
        verbose_name=_("privacy notice"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("The page with your notice. Empty, or not in the language of the reader: the portal's own text."),
    )

    panels: ClassVar[list[object]] = [
        MultiFieldPanel([FieldPanel("name"), FieldPanel("tagline"), FieldPanel("issuer")], heading=_("Names")),
        MultiFieldPanel(
            [FieldPanel("controller"), FieldPanel("contact"), FieldPanel("privacy_page")], heading=_("Privacy")
        ),
        MultiFieldPanel([FieldPanel("logo")], heading=_("Logo")),
        MultiFieldPanel([FieldPanel("brand"), FieldPanel("deep"), FieldPanel("accent")], heading=_("Colours")),
    ]

    class Meta:
        verbose_name = _("brand")

    def clean(self) -> None:
        super().clean()
        for name in ("brand", "deep", "accent"):
            setattr(self, name, str(getattr(self, name)).lower())
        if not all(is_colour(getattr(self, name)) for name in ("brand", "deep", "accent")):
            return  # the field says so already
        faults = unreadable(self.as_brand())
        if faults:
            raise ValidationError({fault.field: refusal(fault) for fault in faults})

    def as_brand(self) -> Brand:
        return Brand(
            name=self.name,
            tagline=self.tagline,
            issuer=self.issuer or self.name,
            logo=self.logo.get_rendition("max-240x240").url if self.logo else "",
            brand=self.brand,
            deep=self.deep,
            accent=self.accent,
        )

    def logo_data(self) -> str:
        """The logo as a data address, for documents that load nothing; empty without one."""
        if self.logo is None:
            return ""
        rendition = self.logo.get_rendition("max-480x480|format-png")
        with rendition.file.open("rb") as file:
            return "data:image/png;base64," + base64.b64encode(file.read()).decode()
