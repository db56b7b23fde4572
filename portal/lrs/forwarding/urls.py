from django.urls import path

from portal.lrs.forwarding import views

app_name = "delivery"
urlpatterns = [
    path("", views.index, name="list"),
    path("new/", views.create, name="create"),
    path("<uuid:uuid>/", views.show, name="show"),
    path("<uuid:uuid>/edit/", views.edit, name="edit"),
    path("<uuid:uuid>/remove/", views.remove, name="remove"),
    path("<uuid:uuid>/test/", views.test, name="test"),
    path("<uuid:uuid>/retry/", views.retry, name="retry"),
    path("<uuid:uuid>/pause/", views.pause, name="pause"),
    path("<uuid:uuid>/resume/", views.resume, name="resume"),
    path("<uuid:uuid>/refused/", views.refused, name="refused"),
]
