from django.urls import path

from certificates.issuing.credentials import views

app_name = "credentials"
urlpatterns = [
    path(".well-known/did.json", views.did, name="did"),
    path("verify/contexts.json", views.contexts, name="contexts"),
    path("certificates/status/<int:number>", views.status, name="status"),
    path("certificates/<uuid:uuid>/credential.json", views.document, name="document"),
    path("certificates/<uuid:uuid>/credential.jwt", views.token, name="token"),
    path("certificates/<uuid:uuid>/badge.svg", views.badge, name="badge"),
]
