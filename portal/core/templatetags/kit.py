"""The kit's tags ``{% icon %}``, ``{% field %}``, ``{% pager %}``, ``{% chart %}``; their looks: ``templates/kit/README.md``."""

from functools import cache
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BoundField
from django.template import RequestContext
from django.template.defaultfilters import stringfilter
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from portal.core.charts import Chart

register = template.Library()


@register.simple_tag
@cache
def icon(name: str) -> SafeString:
    """A drawing of the sprite ``img/icons.svg`` in the colour of the text; hidden from screen readers."""
    return format_html(
        '<svg class="icon icon--{name}" aria-hidden="true" focusable="false"><use href="{sprite}#{name}"></use></svg>',
        name=name,
        sprite=static("portal/img/icons.svg"),
    )


@register.simple_tag
def field(bound: BoundField) -> SafeString:
    """A form field with label, help, errors and control, in the one look that all forms have."""
    return bound.as_field_group()


@register.inclusion_tag("kit/pager.html", takes_context=True)
def pager(context: RequestContext, page: Page[Any], name: str = "page") -> dict[str, Any]:
    """Previous and next around ``page``, keeping the other parameters of the address; nothing for a single page."""

    def address(number: int) -> str:
        parameters = context["request"].GET.copy()
        parameters[name] = str(number)
        return f"?{parameters.urlencode()}"

    return {
        "page": page,
        "previous": address(page.previous_page_number()) if page.has_previous() else "",
        "next": address(page.next_page_number()) if page.has_next() else "",
    }


@register.inclusion_tag("kit/chart.html")
def chart(spec: Chart) -> dict[str, Any]:
    """A chart: its title and sentence, the drawing where script runs, and its numbers as a table."""
    return {"chart": spec}


@register.filter
def duration(minutes: int) -> str:
    """125 as "2 h 5 min", 60 as "1 h", 45 as "45 min"."""
    hours, rest = divmod(int(minutes), 60)
    if not hours:
        return gettext("%(minutes)d min") % {"minutes": rest}
    if not rest:
        return gettext("%(hours)d h") % {"hours": hours}
    return gettext("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": rest}


@register.filter(is_safe=True)
@stringfilter
def unbroken(text: str) -> str:
    """``text`` in one line, as far as there is room for it: a day, or a word with its number."""
    return text.replace(" ", "\u00a0")


BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


@register.filter
def device(user_agent: str) -> str:
    """A browser and system that a person recognises ("Firefox, Windows"), or the header's beginning where unknown."""
    found = [next((name for mark, name in known if mark in user_agent), None) for known in (BROWSERS, SYSTEMS)]
    return ", ".join(name for name in found if name) or user_agent[:60]


@register.filter
def article(numbers: str) -> str:
    """ "55(2)(b)" as "Art. 55(2)(b)"; what already begins with a word stays as it is."""
    return gettext("Art. %(numbers)s") % {"numbers": numbers} if numbers[:1].isdigit() else numbers


@register.filter
def initials(name: str) -> str:
    """ "Dr. Ilse Nováková" as "IN": first letter of the first and of the last name, titles left out."""
    words = [word for word in name.split() if not word.endswith(".")] or name.split()
    return "".join(word[0] for word in dict.fromkeys((words[0], words[-1]))).upper() if words else ""
