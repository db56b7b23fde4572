from django.urls import path

from portal.lrs.keeping import views

app_name = "keeping"
urlpatterns = [
    path("", views.show, name="show"),
    path("rules/<int:pk>/count/", views.count, name="count"),
    path("rules/<int:pk>/remove/", views.remove, name="remove"),
]
