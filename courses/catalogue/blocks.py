"""Blocks that only lessons have."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from portal.accounts.models import Profession
from portal.cms.blocks import COMMON, NOTE_FEATURES, TEXT_FEATURES


class DutyBlock(blocks.StructBlock):
    """One line of a role's duty card."""

    role = blocks.ChoiceBlock(choices=Profession.choices, label=_("Role"))
    article = blocks.CharBlock(max_length=60, label=_("Article of Directive 2013/59/Euratom"))
    text = blocks.RichTextBlock(features=NOTE_FEATURES, label=_("Duty"))

    class Meta:
        icon = "user"
        template = "blocks/duty.html"
        label = _("Duty")


class CaseBlock(blocks.StructBlock):
    """A case to think through: the replies open only after the learner has chosen."""

    title = blocks.CharBlock(max_length=150, label=_("Title"))
    situation = blocks.RichTextBlock(features=TEXT_FEATURES, label=_("Situation"))
    request = blocks.TextBlock(required=False, label=_("Request as written"))
    question = blocks.RichTextBlock(features=NOTE_FEATURES, label=_("Question"))
    options = blocks.ListBlock(
        blocks.StructBlock(
            [("text", blocks.CharBlock(max_length=300)), ("reply", blocks.RichTextBlock(features=NOTE_FEATURES))]
        ),
        min_num=2,
        label=_("What one could do"),
    )
    discussion = blocks.RichTextBlock(features=TEXT_FEATURES, label=_("Discussion"))

    class Meta:
        icon = "clipboard-list"
        template = "blocks/case.html"
        label = _("Case")


class LessonBody(blocks.StreamBlock):
    duty = DutyBlock()
    case = CaseBlock()

    def __init__(self, local_blocks: list[tuple[str, blocks.Block]] | None = None, **kwargs: object) -> None:
        super().__init__([*COMMON, *(local_blocks or [])], **kwargs)


class SourceBlock(blocks.StructBlock):
    title = blocks.CharBlock(max_length=250, label=_("Title"))
    locator = blocks.CharBlock(required=False, max_length=150, label=_("Article, table or page"))
    url = blocks.URLBlock(required=False, label=_("Address"))
    verified = blocks.BooleanBlock(required=False, label=_("Read in the original"))

    class Meta:
        icon = "link"
        label = _("Source")
