from django.urls import path

from portal.lrs.keys import views

app_name = "keys"
urlpatterns = [
    path("", views.index, name="list"),
    path("new/", views.new, name="new"),
    path("<uuid:public_id>/", views.show, name="show"),
    path("<uuid:public_id>/revoke/", views.revoke, name="revoke"),
]
