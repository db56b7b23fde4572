from django.urls import path

from portal.lrs.mine import views

app_name = "mine"
urlpatterns = [
    path("", views.index, name="list"),
    path("everything.jsonl", views.download, name="download"),
    path("<uuid:uuid>.json", views.raw, name="raw"),
]
