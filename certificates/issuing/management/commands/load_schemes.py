"""``manage.py load_schemes``: bodies that give credits, questions of the evaluation and designs, as the portal ships them."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from certificates.issuing.cme.importing import load_shipped
from certificates.issuing.designs.shipping import load_shipped_designs


class Command(BaseCommand):
    help = (
        "Make the bodies that give credits, the questions of the evaluation and designs; what exists is left as it is."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        schemes, questions = load_shipped()
        self.stdout.write(f"Credits: {schemes} new bodies, {questions} new questions of the evaluation")
        designs = load_shipped_designs(settings.LANGUAGE_CODE)
        self.stdout.write(f"Certificates: {designs} new designs")
