from django.urls import path

from portal.lrs.exports import views

app_name = "exports"
urlpatterns = [
    path("", views.index, name="list"),
    path("new/", views.new, name="new"),
    path("<uuid:uuid>/file/", views.download, name="download"),
    path("<uuid:uuid>/cancel/", views.cancel, name="cancel"),
]
