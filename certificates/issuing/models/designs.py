"""How certificates look: a layout, colours, whose logo, who signs for the body, and what else is said."""

from typing import ClassVar
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel
from wagtail.models import Orderable

from certificates.issuing.designs.fields import PictureField
from certificates.issuing.designs.layouts import LAYOUTS, unreadable
from certificates.issuing.querysets import DesignQuerySet
from courses.catalogue.models import CoursePage
from portal.accounts.models import languages
from portal.cms.models import hexadecimal, refusal
from portal.core.colour import is_colour

MOST_SIGNATORIES = 3


class Design(ClusterableModel):
    """The first one in use, by rank, is that of every course that none has chosen. Issued files never follow a change.

    A design as it is made, not yet kept, draws the sheet that the portal ships: where there is none, that is used.
    """

    class Layout(models.TextChoices):
        LANDSCAPE = "landscape", _("Classic, landscape: frame and rosette")
        PORTRAIT = "portrait", _("Classic, portrait: frame and rosette")
        MODERN = "modern", _("Modern, portrait: without ornament")

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=80, unique=True, help_text=_("For editors; it is not printed."))
    rank = models.PositiveSmallIntegerField(
        _("rank"), default=10, help_text=_("The lowest in use is that of all courses for which no design is chosen.")
    )
    in_use = models.BooleanField(
        _("in use"), default=True, help_text=_("Otherwise it draws no more; certificates drawn with it stay.")
    )
    courses = ParentalManyToManyField(
        CoursePage,
        blank=True,
        related_name="+",
        verbose_name=_("courses"),
        help_text=_("Certificates of these are drawn with it, in every language of the course."),
    )
    layout = models.CharField(_("layout"), max_length=12, choices=Layout, default=Layout.LANDSCAPE)
    accent = models.CharField(
        _("accent colour"),
        max_length=7,
        default="#0b6e6e",
        validators=[hexadecimal],
        help_text=_("Of the body’s name and of what is set off."),
    )
    line = models.CharField(
        _("colour of lines"),
        max_length=7,
        default="#c9b98c",
        validators=[hexadecimal],
        help_text=_("Of the ornament too."),
    )
    logo = PictureField(
        _("logo of the issuing body"), within=(900, 600), help_text=_("PNG, JPEG or WebP. None: that of the portal.")
    )
    logo_words = models.CharField(
        _("words for the logo"),
        max_length=120,
        blank=True,
        help_text=_("For whoever cannot see it. Empty: the name of the issuing body."),
    )

    not_logged: ClassVar[tuple[str, ...]] = ("logo",)

    objects: ClassVar[DesignQuerySet] = DesignQuerySet.as_manager()  # type: ignore[assignment]

    panels: ClassVar[list[object]] = [
        FieldRowPanel([FieldPanel("name"), FieldPanel("rank"), FieldPanel("in_use")]),
        FieldPanel("courses"),
        MultiFieldPanel(
            [FieldPanel("layout"), FieldRowPanel([FieldPanel("accent"), FieldPanel("line")])], heading=_("Sheet")
        ),
        MultiFieldPanel([FieldPanel("logo"), FieldPanel("logo_words")], heading=_("Logo")),
        InlinePanel("signatories", heading=_("Signatories"), max_num=MOST_SIGNATORIES),
        InlinePanel("texts", heading=_("A line of your own, by language")),
    ]

    class Meta:
        verbose_name = _("design of certificates")
        verbose_name_plural = _("designs of certificates")
        ordering: ClassVar[list[str]] = ["rank", "pk"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse colours that could not be read on the paper of the layout."""
        super().clean()
        self.accent, self.line = self.accent.lower(), self.line.lower()
        if self.layout not in LAYOUTS or not (is_colour(self.accent) and is_colour(self.line)):
            return  # the field says so already
        faults = unreadable(LAYOUTS[self.layout], self.accent, self.line)
        if faults:
            raise ValidationError({fault.field: refusal(fault) for fault in faults})

    @property
    def was_used(self) -> bool:
        return bool(self.certificates.exists())

    def line_in(self, language: str) -> str:
        """What the body adds in ``language``; nothing where it has said nothing in it."""
        return next((text.line for text in self.texts.all() if text.language == language), "")


class DesignText(Orderable):
    """What the body adds to its certificates, in one language."""

    design = ParentalKey(Design, on_delete=models.CASCADE, related_name="texts")
    language = models.CharField(_("language"), max_length=8, choices=languages)
    line = models.CharField(_("line"), max_length=200)

    panels: ClassVar[list[object]] = [FieldRowPanel([FieldPanel("language"), FieldPanel("line")])]

    class Meta(Orderable.Meta):
        verbose_name = _("line")
        constraints = [models.UniqueConstraint(fields=["design", "language"], name="design_line_once_a_language")]

    def __str__(self) -> str:
        return self.line


class Signatory(Orderable):
    """Who answers for the certificate by name; the picture of a signature is an ornament, the file's own one counts."""

    design = ParentalKey(Design, on_delete=models.CASCADE, related_name="signatories")
    name = models.CharField(_("name"), max_length=80)
    role = models.CharField(_("role"), max_length=120, blank=True)
    picture = PictureField(
        _("picture of the signature"), within=(700, 260), help_text=_("PNG, JPEG or WebP: dark ink on white.")
    )

    panels: ClassVar[list[object]] = [FieldRowPanel([FieldPanel("name"), FieldPanel("role")]), FieldPanel("picture")]

    class Meta(Orderable.Meta):
        verbose_name = _("signatory")
        verbose_name_plural = _("signatories")

    def __str__(self) -> str:
        return self.name
