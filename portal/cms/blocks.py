"""The blocks that campaign pages and lessons are made of; one template each under ``templates/blocks/``."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageBlock

TEXT_FEATURES = ["h3", "h4", "bold", "italic", "ol", "ul", "link", "document-link", "superscript", "subscript"]
NOTE_FEATURES = ["bold", "italic", "ol", "ul", "link", "superscript", "subscript"]


class NoteBlock(blocks.StructBlock):
    kind = blocks.ChoiceBlock(
        choices=[
            ("key", _("Key point")),
            ("warning", _("Warning")),
            ("example", _("Example")),
            ("info", _("Information")),
        ],
        default="key",
        label=_("Kind"),
    )
    title = blocks.CharBlock(required=False, max_length=120, label=_("Title"))
    text = blocks.RichTextBlock(features=NOTE_FEATURES, label=_("Text"))

    class Meta:
        icon = "info-circle"
        template = "blocks/note.html"
        label = _("Note")


class StepsBlock(blocks.StructBlock):
    title = blocks.CharBlock(required=False, max_length=120, label=_("Title"))
    items = blocks.ListBlock(blocks.RichTextBlock(features=NOTE_FEATURES), min_num=1, label=_("Steps"))

    class Meta:
        icon = "list-ol"
        template = "blocks/steps.html"
        label = _("Steps")


class NumberBlock(blocks.StructBlock):
    value = blocks.CharBlock(max_length=30, label=_("Number with unit"))
    label = blocks.CharBlock(max_length=200, label=_("What it counts"))
    source = blocks.CharBlock(max_length=200, label=_("Source"))
    source_url = blocks.URLBlock(required=False, label=_("Address of the source"))


class NumbersBlock(blocks.StructBlock):
    items = blocks.ListBlock(NumberBlock(), min_num=1, max_num=4, label=_("Numbers"))

    class Meta:
        icon = "decimal"
        template = "blocks/numbers.html"
        label = _("Numbers with sources")


class DataTableBlock(blocks.StructBlock):
    caption = blocks.CharBlock(max_length=200, label=_("Caption"))
    header = blocks.ListBlock(blocks.CharBlock(required=False), min_num=1, label=_("Column heads"))
    rows = blocks.ListBlock(blocks.ListBlock(blocks.CharBlock(required=False)), label=_("Rows"))

    class Meta:
        icon = "table"
        template = "blocks/table.html"
        label = _("Table")


class FigureBlock(blocks.StructBlock):
    image = ImageBlock(label=_("Image"))
    caption = blocks.CharBlock(required=False, max_length=300, label=_("Caption"))

    class Meta:
        icon = "image"
        template = "blocks/figure.html"
        label = _("Figure")


class QuoteBlock(blocks.StructBlock):
    text = blocks.TextBlock(label=_("Quotation"))
    who = blocks.CharBlock(max_length=200, label=_("Who said it"))

    class Meta:
        icon = "openquote"
        template = "blocks/quote.html"
        label = _("Quotation")


class CardBlock(blocks.StructBlock):
    title = blocks.CharBlock(max_length=100, label=_("Title"))
    text = blocks.TextBlock(max_length=400, label=_("Text"))
    page = blocks.PageChooserBlock(required=False, label=_("Page"))


class CardsBlock(blocks.StructBlock):
    title = blocks.CharBlock(required=False, max_length=120, label=_("Title"))
    cards = blocks.ListBlock(CardBlock(), min_num=1, max_num=6, label=_("Cards"))

    class Meta:
        icon = "grip"
        template = "blocks/cards.html"
        label = _("Cards")


class HeroBlock(blocks.StructBlock):
    title = blocks.CharBlock(max_length=120, label=_("Title"))
    text = blocks.TextBlock(max_length=400, label=_("Text"))
    first_label = blocks.CharBlock(required=False, max_length=60, label=_("First button"))
    first_page = blocks.PageChooserBlock(required=False, label=_("Page of the first button"))
    second_label = blocks.CharBlock(required=False, max_length=60, label=_("Second button"))
    second_page = blocks.PageChooserBlock(required=False, label=_("Page of the second button"))

    class Meta:
        icon = "title"
        template = "blocks/hero.html"
        label = _("Opening")


class QuestionsBlock(blocks.StructBlock):
    title = blocks.CharBlock(required=False, max_length=120, label=_("Title"))
    items = blocks.ListBlock(
        blocks.StructBlock(
            [("question", blocks.CharBlock(max_length=200)), ("answer", blocks.RichTextBlock(features=NOTE_FEATURES))]
        ),
        min_num=1,
        label=_("Questions"),
    )

    class Meta:
        icon = "help"
        template = "blocks/questions.html"
        label = _("Questions and answers")


class DocumentBlock(blocks.StructBlock):
    document = DocumentChooserBlock(label=_("Document"))
    label = blocks.CharBlock(required=False, max_length=120, label=_("Label"))

    class Meta:
        icon = "doc-full"
        template = "blocks/document.html"
        label = _("Document")


class HeadingBlock(blocks.CharBlock):
    class Meta:
        icon = "title"
        template = "blocks/heading.html"
        label = _("Heading")


class TextBlock(blocks.RichTextBlock):
    class Meta:
        template = "blocks/text.html"
        label = _("Text")


COMMON: list[tuple[str, blocks.Block]] = [
    ("heading", HeadingBlock(max_length=150)),
    ("text", TextBlock(features=TEXT_FEATURES)),
    ("note", NoteBlock()),
    ("steps", StepsBlock()),
    ("numbers", NumbersBlock()),
    ("table", DataTableBlock()),
    ("figure", FigureBlock()),
    ("quote", QuoteBlock()),
    ("document", DocumentBlock()),
]


class CampaignBody(blocks.StreamBlock):
    """The body of a campaign page."""

    hero = HeroBlock()
    cards = CardsBlock()
    questions = QuestionsBlock()

    class Meta:
        required = False

    def __init__(self, local_blocks: list[tuple[str, blocks.Block]] | None = None, **kwargs: object) -> None:
        super().__init__([*COMMON, *(local_blocks or [])], **kwargs)
