from django.urls import path

from portal.cms import views

app_name = "portal_cms"
urlpatterns = [path("<path:name>", views.picture, name="picture")]
