from typing import Any

from django.urls import URLPattern, include, path

from portal.lrs import views
from portal.lrs.oauth.views import TokenView
from portal.lrs.versions import VERSIONS

app_name = "lrs"


def _resources(**how: Any) -> list[URLPattern]:
    return [
        path("statements", views.StatementsView.as_view(**how), name="statements"),
        path("activities", views.ActivitiesView.as_view(**how), name="activities"),
        path("activities/state", views.StateView.as_view(**how), name="state"),
        path("activities/profile", views.ActivityProfileView.as_view(**how), name="activity_profile"),
        path("agents", views.AgentsView.as_view(**how), name="agents"),
        path("agents/profile", views.AgentProfileView.as_view(**how), name="agent_profile"),
        path("about", views.AboutView.as_view(**how), name="about"),
    ]


# The version in the address is for clients that send no header.
urlpatterns = [
    *_resources(),
    path("oauth/token", TokenView.as_view(), name="token"),
    *(path(f"{version}/", include((_resources(base=version), version))) for version in VERSIONS),
]
