"""Changes to an account that are ours, not allauth's."""

from django.db import transaction
from django.utils import timezone

from portal.accounts.models import Consent, User


@transaction.atomic
def give_consent(*, user: User, version: str, language: str) -> Consent:
    """Keep that ``user`` agreed to ``version`` now; the second time returns the first."""
    consent, _ = Consent.objects.get_or_create(
        user=user, version=version, defaults={"language": language, "given_at": timezone.now()}
    )
    return consent
