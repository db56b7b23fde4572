from django.urls import path

from portal.lrs.counts import views

app_name = "counts"
urlpatterns = [path("", views.show, name="show")]
