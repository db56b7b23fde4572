"""The brand, answered from the settings; it and the menus are forgotten when what they tell changes."""

from typing import Any

from django.db import transaction
from django.db.models import Model
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from wagtail.models import Page, PageViewRestriction, Site
from wagtail.signals import post_page_move

from portal.cms import menus
from portal.cms.models import BrandSettings
from portal.core import brand


def from_settings() -> brand.Brand:
    kept = BrandSettings.objects.select_related("logo").first()
    return kept.as_brand() if kept else brand.Brand()


brand.answer_with(from_settings)


@receiver([post_save, post_delete], sender=BrandSettings)
def changed(**_: Any) -> None:
    transaction.on_commit(brand.forget)


@receiver([post_save, post_delete])
def page_changed(sender: type[Model], **_: Any) -> None:
    """Forgotten at once for whoever asks in this transaction, and again when the others see the change."""
    if issubclass(sender, Page | PageViewRestriction | Site):
        menus.forget()
        transaction.on_commit(menus.forget)


@receiver(post_page_move)
def page_moved(**_: Any) -> None:
    menus.forget()
    transaction.on_commit(menus.forget)
