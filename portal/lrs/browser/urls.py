from django.urls import path

from portal.lrs.browser import views

app_name = "browser"
urlpatterns = [
    path("", views.index, name="list"),
    path("person/", views.person, name="person"),
    path("activity/", views.activity, name="activity"),
    path("<uuid:uuid>/", views.statement, name="statement"),
    path("<uuid:uuid>/statement.json", views.raw, name="raw"),
    path("<uuid:uuid>/void/", views.void, name="void"),
    path("<uuid:uuid>/attachments/<str:sha2>/", views.attachment, name="attachment"),
]
