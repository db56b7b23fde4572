"""The designs that the portal ships, one a layout; afterwards they belong to whoever keeps them in the CMS."""

from django.db import transaction
from django.utils.translation import override

from certificates.issuing.models import Design

SHIPPED = (  # rank, layout, accent, line
    (10, Design.Layout.LANDSCAPE, "#0b6e6e", "#c9b98c"),
    (20, Design.Layout.PORTRAIT, "#7a2e3a", "#c2a873"),
    (30, Design.Layout.MODERN, "#1d3f72", "#e0a030"),
)


@transaction.atomic
def load_shipped_designs(language: str) -> int:
    """How many were made now: none where there is any design.

    Args:
        language: of their names.
    """
    if Design.objects.exists():
        return 0
    with override(language):
        for rank, layout, accent, line in SHIPPED:
            Design(name=str(layout.label), rank=rank, layout=layout, accent=accent, line=line).save()
    return len(SHIPPED)
