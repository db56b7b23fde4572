"""``{% brand as look %}``: whose portal it is, in pages, error pages, mails and certificates alike."""

from django import template

from portal.core import brand as brands

register = template.Library()


@register.simple_tag
def brand() -> brands.Brand:
    return brands.current()
