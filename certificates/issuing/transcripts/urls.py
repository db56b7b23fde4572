from django.urls import path

from certificates.issuing.transcripts import views

app_name = "transcripts"
urlpatterns = [
    path("certificates/transcript/", views.show, name="show"),
    path("certificates/transcript/transcript.pdf", views.pdf, name="pdf"),
    path("certificates/transcript/transcript.csv", views.csv, name="csv"),
    path("certificates/transcript/<uuid:uuid>/", views.code, name="code"),
    path("certificates/transcript/links/", views.links, name="links"),
    path("certificates/transcript/links/new/", views.new, name="new"),
    path("certificates/transcript/links/<uuid:uuid>/withdraw/", views.withdraw, name="withdraw"),
    path("shared/transcript/<str:token>", views.shared, name="shared"),
]
