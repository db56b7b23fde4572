"""Markdown of the repository's texts to the rich text that editors go on with."""

import nh3
from markdown_it import MarkdownIt

TAGS = {"h3", "h4", "p", "b", "i", "strong", "em", "ul", "ol", "li", "a", "br", "sub", "sup"}
_markdown = MarkdownIt("commonmark", {"html": False})


def from_markdown(text: str) -> str:
    """Rich text with headings three and four, paragraphs, lists, emphasis and links; nothing else survives."""
    html = nh3.clean(_markdown.render(text), tags=TAGS, attributes={"a": {"href"}}, link_rel=None)
    for wagtail, commonmark in (("b", "strong"), ("i", "em")):
        html = html.replace(f"<{commonmark}>", f"<{wagtail}>").replace(f"</{commonmark}>", f"</{wagtail}>")
    return html.strip()
