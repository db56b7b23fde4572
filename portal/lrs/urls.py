from typing import Any

from django.urls import URLPattern, include, path

from portal.lrs import views
from portal.lrs.versions import VERSIONS

app_name = "lrs"


def _resources(**how: Any) -> list[URLPattern]:
    return [
        path("statements", views.StatementsView.as_view(**how), name="statements"),
        path("about", views.AboutView.as_view(**how), name="about"),
    ]


# The version in the address is for clients that send no header.
urlpatterns = [
    *_resources(),
    *(path(f"{version}/", include((_resources(base=version), version))) for version in VERSIONS),
]
