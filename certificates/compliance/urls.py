from django.urls import path

from certificates.compliance import views

app_name = "compliance"
urlpatterns = [
    path("", views.index, name="index"),
    path("duties/", views.my_duties, name="my_duties"),
    path("<uuid:uuid>/", views.department, name="department"),
]
