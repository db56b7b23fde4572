"""The brand: answered from the settings, forgotten when they change."""

from typing import Any

from django.db import transaction
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from portal.cms.models import BrandSettings
from portal.core import brand


def from_settings() -> brand.Brand:
    kept = BrandSettings.objects.select_related("logo").first()
    return kept.as_brand() if kept else brand.Brand()


brand.answer_with(from_settings)


@receiver([post_save, post_delete], sender=BrandSettings)
def changed(**_: Any) -> None:
    transaction.on_commit(brand.forget)
